import Link from 'next/link';

/** Two sides that face each other, and the interpreter between them. */
export function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg className="brand-mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M12 8 5.5 16 12 24M20 8l6.5 8L20 24" />
      <circle cx="16" cy="16" r="2.6" />
    </svg>
  );
}

export function Brand() {
  return (
    <Link className="brand" href="/">
      <BrandMark size={28} />
      Dragoman
    </Link>
  );
}

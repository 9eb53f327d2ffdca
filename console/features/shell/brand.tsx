import Link from 'next/link';

/** Two sides that face each other, and the interpreter between them. */
function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M12 8 5.5 16 12 24M20 8l6.5 8L20 24"
        className="fill-none stroke-on-accent"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="2.6" className="fill-on-accent" />
    </svg>
  );
}

export function Brand() {
  return (
    <Link className="inline-flex items-center gap-2.5 font-semibold" href="/">
      <BrandMark size={28} />
      Dragoman
    </Link>
  );
}

import type { ReactNode } from 'react';

/** Says that there is nothing, and what can be done about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-3 px-4 py-10 text-center">
      <p className="text-lg font-medium">{title}</p>
      {children !== undefined && (
        <div className="grid max-w-[60ch] justify-items-center gap-3 text-quiet">{children}</div>
      )}
    </div>
  );
}

import type { ReactNode } from 'react';
import { classNames } from '../../lib/class-names.ts';

interface PanelProps {
  readonly title?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Panel({ title, action, children, className }: PanelProps) {
  return (
    <section className={classNames('min-w-0 rounded-lg border bg-surface p-4 sm:p-5', className)}>
      {(title !== undefined || action !== undefined) && (
        <header className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <h2 className="font-semibold">{title}</h2>
          {action}
        </header>
      )}
      {children}
    </section>
  );
}

import type { ReactNode } from 'react';
import { Brand } from './brand.tsx';

interface PageFrameProps {
  readonly children: ReactNode;
  /** What the bar offers at its end. */
  readonly action?: ReactNode;
}

export function PageFrame({ children, action }: PageFrameProps) {
  return (
    <>
      <header className="bar">
        <Brand />
        {action}
      </header>
      <main>{children}</main>
    </>
  );
}

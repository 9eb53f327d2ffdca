import type { ReactNode } from 'react';
import { Button } from './button.tsx';

interface NoticeProps {
  readonly kind: 'error' | 'hint';
  readonly children: ReactNode;
  readonly onRetry?: () => void;
}

/** One message about the state of things. Errors are read out at once. */
export function Notice({ kind, children, onRetry }: NoticeProps) {
  return (
    <div className={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
      <div>{children}</div>
      {onRetry && (
        <Button kind="quiet" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

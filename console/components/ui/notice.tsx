'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { classNames } from '../../lib/class-names.ts';
import { Button } from './button.tsx';

interface NoticeProps {
  readonly kind: 'error' | 'warning' | 'hint';
  readonly children: ReactNode;
  readonly onRetry?: (() => void) | undefined;
}

const KINDS = {
  error: 'bg-bad-ground text-bad',
  warning: 'bg-warn-ground text-warn',
  hint: 'bg-sunken text-quiet',
};

/** One message about the state of things. Errors are read out at once. */
export function Notice({ kind, children, onRetry }: NoticeProps) {
  const t = useTranslations('common');
  return (
    <div
      className={classNames(
        'flex flex-wrap items-center justify-between gap-3 rounded-md px-3.5 py-2.5 wrap-anywhere',
        KINDS[kind],
      )}
      role={kind === 'error' ? 'alert' : 'note'}
    >
      <div className="min-w-0">{children}</div>
      {onRetry && (
        <Button kind="quiet" isSmall onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}

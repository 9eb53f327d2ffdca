'use client';

import { useTranslations } from 'use-intl';

/** Lines in the place of what is being loaded. */
export function Skeleton({ lines }: { readonly lines: number }) {
  const t = useTranslations('common');
  return (
    <div className="late grid gap-3 py-2" role="status" aria-busy="true" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="h-4 rounded bg-line last:w-3/5" />
      ))}
    </div>
  );
}

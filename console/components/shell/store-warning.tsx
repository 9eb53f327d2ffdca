'use client';

import useSWR from 'swr';
import { useTranslations } from 'use-intl';
import { Notice } from '../ui/notice.tsx';

interface Readiness {
  /** Absent when something else than the gateway answers. */
  readonly traces?: { readonly status: string; readonly reason?: string; readonly lost: number };
}

const readiness = async (path: string): Promise<Readiness> =>
  (await fetch(path)).json() as Promise<Readiness>;

/** Says on every page that traces are not kept: what is looked for would be missing. */
export function StoreWarning() {
  const t = useTranslations('shell');
  const { data } = useSWR<Readiness, Error>('/readyz', readiness, { refreshInterval: 15_000 });
  if (data?.traces?.status !== 'degraded') return null;
  return (
    <div className="mb-4">
      <Notice kind="warning">
        {t('tracesBroken', { reason: data.traces.reason ?? '', lost: data.traces.lost })}
      </Notice>
    </div>
  );
}

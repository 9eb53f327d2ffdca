'use client';

import useSWR from 'swr';
import { useTranslations } from 'use-intl';
import { Notice } from '../../components/ui/notice.tsx';

interface Readiness {
  /** Absent when something other than the gateway answers. */
  readonly traces?: { readonly status: string; readonly reason?: string; readonly lost: number };
  readonly disk?: { readonly status: string };
}

const readiness = async (path: string): Promise<Readiness> =>
  (await fetch(path)).json() as Promise<Readiness>;

/** Warns on every page that traces or their bodies are not kept. */
export function StoreWarning() {
  const t = useTranslations('shell');
  const { data } = useSWR<Readiness, Error>('/readyz', readiness, { refreshInterval: 15_000 });
  const { traces, disk } = data ?? {};
  const warnings = [
    traces?.status === 'degraded' && t('tracesBroken', { reason: traces.reason ?? '', lost: traces.lost }),
    disk?.status === 'low' && t('diskLow'),
  ].filter((warning) => warning !== false);
  if (warnings.length === 0) return null;
  return (
    <div className="mb-4 grid gap-2">
      {warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
    </div>
  );
}

'use client';

import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { Loaded } from '../../components/ui/loaded.tsx';
import { useFormats } from '../../lib/format.ts';
import { OutcomeBadge } from '../traces/outcome-badge.tsx';
import { linkTo } from '../traces/trace-table.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** The latest failures: each is one click from its reason. */
export function Failures() {
  const t = useTranslations('overview');
  const formats = useFormats();
  const page = useAdmin(
    'GET /traces',
    { query: { outcome: 'error', limit: 10 } },
    { refreshInterval: 10_000 },
  );
  return (
    <Loaded of={page}>
      {({ traces }) =>
        traces.length === 0 ? (
          <p className="text-quiet">{t('noFailures')}</p>
        ) : (
          <ul>
            {traces.map((trace) => (
              <li key={`${trace.id} ${trace.startedAt}`} className="border-b last:border-b-0">
                <Link href={linkTo(trace.id)} className="grid gap-0.5 py-2 hover:bg-sunken">
                  <span className="flex flex-wrap items-center justify-between gap-2">
                    <span className="font-medium wrap-anywhere">{trace.model ?? trace.path}</span>
                    <span className="flex items-center gap-2 text-xs text-quiet">
                      <OutcomeBadge trace={trace} /> {formats.ago(trace.startedAt)}
                    </span>
                  </span>
                  <span className="line-clamp-2 text-sm text-quiet">
                    {trace.attempts.at(-1)?.error?.message}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

'use client';

import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { Loaded } from '../../components/ui/loaded.tsx';
import { UpstreamState } from '../upstreams/upstream-state.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** Every upstream with how it is doing, in one line. */
export function HealthStrip() {
  const t = useTranslations('overview');
  const upstreams = useAdmin('GET /upstreams', {}, { refreshInterval: 5_000 });
  const { data: health = [] } = useAdmin('GET /health', {}, { refreshInterval: 5_000 });
  return (
    <Loaded of={upstreams} lines={2}>
      {(all) =>
        all.length === 0 ? (
          <p className="text-quiet">
            {t('noUpstreams')}{' '}
            <Link className="text-accent underline" href="/upstreams/">
              {t('addOne')}
            </Link>
          </p>
        ) : (
          <ul className="flex flex-wrap gap-2">
            {all.map((upstream) => (
              <li key={upstream.id} className="flex items-center gap-2 rounded-md border px-3 py-1.5">
                <Link className="font-medium" href={`/traces/?upstream=${encodeURIComponent(upstream.id)}`}>
                  {upstream.id}
                </Link>
                <UpstreamState upstream={upstream} health={health} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

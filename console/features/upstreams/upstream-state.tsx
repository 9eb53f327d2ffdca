'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { useFormats } from '../../lib/format.ts';
import type { Health, Upstream } from '../../lib/admin/types.ts';

/** How an upstream is doing, in a word, with the reason where it is not well. */
export function UpstreamState({
  upstream,
  health,
}: {
  readonly upstream: Upstream;
  readonly health: readonly Health[];
}) {
  const t = useTranslations('upstreams');
  const formats = useFormats();
  const { enabled, failure, knownModels } = upstream;
  if (!enabled) return <Badge tone="quiet">{t('off')}</Badge>;
  const own = health.filter((one) => one.upstream === upstream.id);
  const resting = own.filter(({ state }) => state === 'open');
  const [first] = resting;
  if (first) {
    const until = first.until === null ? '' : formats.time(Date.parse(first.until));
    const isAll = resting.length === own.length;
    return (
      <Badge tone={isAll ? 'bad' : 'warn'} title={`${first.reason ?? ''} ${until}`}>
        {t('resting', { count: resting.length })} · {first.reason}
      </Badge>
    );
  }
  if (failure !== null)
    return (
      <>
        <Badge tone="bad">{t('failing')}</Badge>
        <div className="mt-1 max-w-prose text-xs text-quiet">{failure}</div>
      </>
    );
  if (knownModels === null) return <Badge tone="quiet">{t('asking')}</Badge>;
  return <Badge tone="good">{t('models', { count: knownModels })}</Badge>;
}

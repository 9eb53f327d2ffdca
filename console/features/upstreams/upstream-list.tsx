'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { RowMenu } from '../../components/ui/menu.tsx';
import { NameButton } from '../../components/ui/name-button.tsx';
import { Table } from '../../components/ui/table.tsx';
import { useFormats } from '../../lib/format.ts';
import type { StatsRow, Upstream } from '../../lib/admin/types.ts';
import { useDayStats } from '../overview/use-day-stats.ts';
import { TestDialog } from './test-dialog.tsx';
import { type Draft, UpstreamDrawer } from './upstream-drawer.tsx';
import { UpstreamState } from './upstream-state.tsx';
import { useHealth, useUpstreamActions, useUpstreams } from './use-upstreams.ts';

export function UpstreamList() {
  const t = useTranslations('upstreams');
  const formats = useFormats();
  const upstreams = useUpstreams();
  const { data: health = [] } = useHealth();
  const actions = useUpstreamActions();
  const [draft, setDraft] = useState<Draft>();
  const [tested, setTested] = useState<Upstream>();
  const statsOf = useDayStats('upstream');
  const share = (row: StatsRow | undefined): string =>
    row ? formats.percent(1 - row.errors / row.requests) : '–';

  const itemsOf = (upstream: Upstream) => {
    const isFile = upstream.origin === 'file';
    const isResting = health.some((one) => one.upstream === upstream.id && one.state === 'open');
    return [
      { label: isFile ? t('view') : t('edit'), onSelect: () => setDraft({ upstream, isNew: false }) },
      { label: t('test'), onSelect: () => setTested(upstream) },
      {
        label: t('duplicate'),
        onSelect: () => setDraft({ upstream: { ...upstream, id: `${upstream.id}-2` }, isNew: true }),
      },
      isResting
        ? { label: t('resume'), onSelect: () => void actions.rest(upstream, undefined) }
        : { label: t('pause'), onSelect: () => void actions.rest(upstream, 3_600) },
      {
        label: upstream.enabled ? t('disable') : t('enable'),
        isDisabled: isFile,
        onSelect: () => void actions.change(upstream, { enabled: !upstream.enabled }),
      },
      { label: t('remove'), isDangerous: true, isDisabled: isFile, onSelect: () => actions.remove(upstream) },
    ];
  };

  return (
    <>
      <div className="mb-3 flex justify-end">
        <Button onClick={() => setDraft({ isNew: true })}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </div>
      <Loaded of={upstreams}>
        {(all) => {
          const shown = all.filter((one) => !actions.isLeaving(one));
          if (shown.length === 0) {
            return (
              <Empty title={t('none')}>
                <p>{t('noneHint')}</p>
                <Button onClick={() => setDraft({ isNew: true })}>{t('add')}</Button>
              </Empty>
            );
          }
          return (
            <Table
              label={t('title')}
              columns={[
                {
                  name: t('name'),
                  cell: (upstream) => (
                    <>
                      <NameButton name={upstream.id} onClick={() => setDraft({ upstream, isNew: false })} />{' '}
                      {upstream.origin === 'file' && (
                        <Badge tone="quiet" title={t('fromFileHint')}>
                          {t('fromFile')}
                        </Badge>
                      )}
                      <div className="text-xs text-quiet">{upstream.provider}</div>
                    </>
                  ),
                },
                {
                  name: t('state'),
                  cell: (upstream) => <UpstreamState upstream={upstream} health={health} />,
                },
                {
                  name: t('success'),
                  cell: (upstream) => share(statsOf(upstream.id)),
                  isWide: true,
                  isNumber: true,
                },
                {
                  name: t('latency'),
                  cell: (upstream) => formats.ms(statsOf(upstream.id)?.p50TtftMs),
                  isWide: true,
                  isNumber: true,
                },
                {
                  name: t('spend'),
                  cell: (upstream) => {
                    const row = statsOf(upstream.id);
                    return row ? formats.spend(row) : '–';
                  },
                  isWide: true,
                  isNumber: true,
                },
                {
                  name: t('weightAndPriority'),
                  cell: ({ weight, priority }) => `${weight} / ${priority}`,
                  isWide: true,
                  isNumber: true,
                },
                {
                  name: <span className="sr-only">{t('actions')}</span>,
                  cell: (upstream) => (
                    <RowMenu label={t('actionsOf', { id: upstream.id })} items={itemsOf(upstream)} />
                  ),
                },
              ]}
              rows={shown}
              keyOf={({ id }) => id}
            />
          );
        }}
      </Loaded>
      {draft && (
        <UpstreamDrawer
          key={`${draft.upstream?.id} ${draft.isNew}`}
          draft={draft}
          onClose={() => setDraft(undefined)}
        />
      )}
      {tested && <TestDialog upstream={tested} onClose={() => setTested(undefined)} />}
    </>
  );
}

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
import type { Hook } from '../../lib/admin/types.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { HookDrawer } from './hook-drawer.tsx';
import { HookState } from './hook-state.tsx';
import { movable, useHookActions } from './use-hook-actions.ts';

/** What is edited: a hook that is there, or a new one. */
interface Draft {
  readonly hook: Hook | undefined;
}

const ACTIONS = ['change', 'answer', 'refuse', 'error'] as const;

export function HookList() {
  const t = useTranslations('hooks');
  const formats = useFormats();
  const hooks = useAdmin('GET /hooks', {}, { refreshInterval: 5_000 });
  const { data: types = [] } = useAdmin('GET /hook-types');
  const actions = useHookActions();
  const [draft, setDraft] = useState<Draft>();

  const scopeOf = ({ on }: Hook): string => {
    const parts = [
      on?.keys && t('ofKeys', { names: on.keys.join(', ') }),
      on?.aliases && t('forModels', { names: on.aliases.join(', ') }),
      on?.upstreams && t('atUpstreams', { names: on.upstreams.join(', ') }),
    ].filter((part) => part !== undefined);
    return parts.length > 0 ? parts.join(' · ') : t('allRequests');
  };
  const sumsOf = ({ calls, saved }: Hook): string => {
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    if (total === 0) return '–';
    const parts = ACTIONS.flatMap((action) => {
      const count = calls[action] ?? 0;
      return count > 0 ? [t(`calls.${action}`, { count })] : [];
    });
    const answered = calls.answer ?? 0;
    const hitRate =
      answered > 0
        ? [t('hitRate', { share: formats.percent(answered / (answered + (calls.pass ?? 0))) })]
        : [];
    const spared = saved > 0 ? [t('saved', { amount: formats.money(saved) })] : [];
    return [t('calls.all', { count: total }), ...parts, ...hitRate, ...spared].join(' · ');
  };
  const itemsOf = (all: readonly Hook[], hook: Hook) => {
    const isFile = hook.origin === 'file';
    const own = movable(all);
    const at = own.indexOf(hook);
    return [
      { label: isFile ? t('view') : t('edit'), onSelect: () => setDraft({ hook }) },
      { label: t('up'), isDisabled: at <= 0, onSelect: () => void actions.move(all, hook, -1) },
      {
        label: t('down'),
        isDisabled: isFile || at === own.length - 1,
        onSelect: () => void actions.move(all, hook, 1),
      },
      {
        label: hook.shadow ? t('endShadow') : t('startShadow'),
        isDisabled: isFile,
        onSelect: () => void actions.change(hook, { shadow: !hook.shadow }),
      },
      {
        label: hook.enabled ? t('disable') : t('enable'),
        isDisabled: isFile,
        onSelect: () => void actions.change(hook, { enabled: !hook.enabled }),
      },
      {
        label: t('remove'),
        isDangerous: true,
        isDisabled: isFile,
        onSelect: () => void actions.remove(hook),
      },
    ];
  };
  const add = (
    <Button disabled={types.length === 0} onClick={() => setDraft({ hook: undefined })}>
      <Plus size={16} aria-hidden /> {t('add')}
    </Button>
  );

  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-sm text-quiet">{t('hint')}</p>
        {add}
      </div>
      <Loaded of={hooks}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t('none')}>
              <p>{types.length === 0 ? t('noTypes') : t('noneHint')}</p>
            </Empty>
          ) : (
            <Table
              label={t('title')}
              columns={[
                { name: t('order'), cell: ({ runs }) => runs ?? '–', isNumber: true },
                {
                  name: t('name'),
                  cell: (hook) => (
                    <>
                      <NameButton name={hook.id} onClick={() => setDraft({ hook })} />{' '}
                      {hook.origin === 'file' && (
                        <Badge tone="quiet" title={t('fromFileHint')}>
                          {t('fromFile')}
                        </Badge>
                      )}
                      <div className="text-xs text-quiet">{hook.hook}</div>
                    </>
                  ),
                },
                { name: t('state'), cell: (hook) => <HookState hook={hook} /> },
                { name: t('on'), cell: scopeOf, isWide: true },
                { name: t('sums'), cell: sumsOf, isWide: true },
                {
                  name: <span className="sr-only">{t('actions')}</span>,
                  cell: (hook) => (
                    <RowMenu label={t('actionsOf', { id: hook.id })} items={itemsOf(all, hook)} />
                  ),
                },
              ]}
              rows={all}
              keyOf={({ id, origin }) => `${origin} ${id}`}
            />
          )
        }
      </Loaded>
      {draft && (
        <HookDrawer
          key={draft.hook?.id ?? ''}
          hook={draft.hook}
          types={types}
          onClose={() => setDraft(undefined)}
        />
      )}
    </>
  );
}

'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { RowMenu } from '../../components/ui/menu.tsx';
import { NameButton } from '../../components/ui/name-button.tsx';
import { Table } from '../../components/ui/table.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { useFormats } from '../../lib/format.ts';
import { usePatch } from '../../lib/admin/use-patch.ts';
import type { Key } from '../../lib/admin/types.ts';
import { useDayStats } from '../overview/use-day-stats.ts';
import { KeyDrawer } from './key-drawer.tsx';
import { Uses } from './uses.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

export function KeysPage() {
  const t = useTranslations('keys');
  const formats = useFormats();
  const keys = useAdmin('GET /keys');
  const patch = usePatch('GET /keys', { revalidate: false });
  const { data: limits = [] } = useAdmin('GET /limits', {}, { refreshInterval: 5_000 });
  const statsOf = useDayStats('key');
  const [edited, setEdited] = useState<Key | 'new'>();
  const [revoked, setRevoked] = useState<Key>();

  const change = async ({ id }: Key, fields: Pick<Key, 'enabled'>): Promise<void> => {
    try {
      await patch({ id, ...fields }, callAdmin('PATCH /keys/:id', { params: { id }, body: fields }));
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <>
      <header className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold">{t('title')}</h1>
        <Button onClick={() => setEdited('new')}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </header>
      <Loaded of={keys}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t('none')}>
              <p>{t('noneHint')}</p>
              <Button onClick={() => setEdited('new')}>{t('add')}</Button>
            </Empty>
          ) : (
            <Table
              label={t('title')}
              columns={[
                {
                  name: t('name'),
                  cell: (key) => (
                    <>
                      <NameButton name={key.name} onClick={() => setEdited(key)} />
                      <div className="font-mono text-xs text-quiet">{key.prefix}…</div>
                    </>
                  ),
                },
                { name: t('state'), cell: (key) => <KeyState item={key} /> },
                { name: t('models'), cell: ({ models }) => models?.join(', ') ?? t('all'), isWide: true },
                {
                  name: t('limits'),
                  cell: ({ id }) => <Uses view={limits.find((one) => one.kind === 'key' && one.id === id)} />,
                  isWide: true,
                },
                {
                  name: t('usage'),
                  cell: ({ name }) => {
                    const row = statsOf(name);
                    return row ? `${formats.number(row.requests)} · ${formats.spend(row)}` : '–';
                  },
                },
                {
                  name: <span className="sr-only">{t('actions')}</span>,
                  cell: (key) => (
                    <RowMenu
                      label={t('actionsOf', { name: key.name })}
                      items={[
                        { label: t('edit'), onSelect: () => setEdited(key) },
                        {
                          label: key.enabled ? t('disable') : t('enable'),
                          onSelect: () => void change(key, { enabled: !key.enabled }),
                        },
                        { label: t('revoke'), isDangerous: true, onSelect: () => setRevoked(key) },
                      ]}
                    />
                  ),
                },
              ]}
              rows={all}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loaded>
      {edited && (
        <KeyDrawer item={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
      {revoked && <RevokeDialog item={revoked} onClose={() => setRevoked(undefined)} />}
    </>
  );
}

function KeyState({ item: { enabled, expiresAt } }: { readonly item: Key }) {
  const t = useTranslations('keys');
  const formats = useFormats();
  if (!enabled) return <Badge tone="quiet">{t('off')}</Badge>;
  if (expiresAt === undefined) return <Badge tone="good">{t('on')}</Badge>;
  const at = Date.parse(expiresAt);
  if (at <= Date.now()) return <Badge tone="bad">{t('expired')}</Badge>;
  return (
    <Badge tone="warn" title={formats.dateTime(at)}>
      {t('expires', { when: formats.ago(at) })}
    </Badge>
  );
}

/** A key that is gone cannot come back, so this is asked and not undone. */
function RevokeDialog({ item, onClose }: { readonly item: Key; readonly onClose: () => void }) {
  const t = useTranslations('keys');
  const refresh = useRefresh();
  const revoke = async (): Promise<void> => {
    try {
      await callAdmin('DELETE /keys/:id', { params: { id: item.id } });
      await refresh('GET /keys');
      toast.success(t('revoked', { name: item.name }));
      onClose();
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={t('revokeTitle', { name: item.name })}>
      <p className="mb-5">{t('revokeText')}</p>
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button kind="danger" onClick={() => void revoke()}>
          {t('revoke')}
        </Button>
      </div>
    </Dialog>
  );
}

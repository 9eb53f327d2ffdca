'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { NameButton } from '../../components/ui/name-button.tsx';
import { Table } from '../../components/ui/table.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import type { Alias } from '../../lib/admin/types.ts';
import { AliasDrawer } from './alias-drawer.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

/** Names that clients ask for besides models, each with who answers. */
export function AliasList() {
  const t = useTranslations('aliases');
  const aliases = useAdmin('GET /aliases', {}, { refreshInterval: 5_000 });
  const [edited, setEdited] = useState<Alias | 'new'>();
  const bringBack = async ({ origin: _, resolved: __, ...alias }: Alias): Promise<void> => {
    try {
      await callAdmin('PUT /aliases', { body: alias });
      await aliases.mutate();
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  const remove = async (alias: Alias): Promise<void> => {
    const { name } = alias;
    try {
      await callAdmin('DELETE /aliases/:name', { params: { name } });
      await aliases.mutate();
      toast(t('removed', { name }), { action: { label: t('undo'), onClick: () => void bringBack(alias) } });
    } catch (error) {
      toast.error(messageOf(error));
    }
  };
  return (
    <>
      <div className="mb-3 flex justify-end">
        <Button onClick={() => setEdited('new')}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Button>
      </div>
      <Loaded of={aliases}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t('none')}>
              <p>{t('noneHint')}</p>
            </Empty>
          ) : (
            <Table
              label={t('title')}
              columns={[
                {
                  name: t('name'),
                  cell: (alias) => (
                    <>
                      <NameButton name={alias.name} onClick={() => setEdited(alias)} />{' '}
                      {alias.origin === 'file' && <Badge tone="quiet">{t('fromFile')}</Badge>}{' '}
                      {!alias.enabled && <Badge tone="quiet">{t('off')}</Badge>}
                    </>
                  ),
                },
                {
                  name: t('resolved'),
                  cell: ({ resolved }) =>
                    resolved.length === 0 ? (
                      <span className="text-quiet">{t('unresolved')}</span>
                    ) : (
                      <ol className="flex flex-wrap gap-1.5">
                        {resolved.map(({ upstream, model }, at) => (
                          <li key={at}>
                            <Badge tone="accent">{`${at + 1}. ${upstream}/${model}`}</Badge>
                          </li>
                        ))}
                      </ol>
                    ),
                },
                {
                  name: <span className="sr-only">{t('remove')}</span>,
                  cell: (alias) =>
                    alias.origin === 'state' && (
                      <Button kind="danger" isSmall onClick={() => void remove(alias)}>
                        {t('remove')}
                      </Button>
                    ),
                },
              ]}
              rows={all}
              keyOf={({ name }) => name}
            />
          )
        }
      </Loaded>
      {edited && (
        <AliasDrawer alias={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

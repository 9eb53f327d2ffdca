'use client';

import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Badge, type Tone } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { Table } from '../../components/ui/table.tsx';
import { useFormats } from '../../lib/format.ts';
import type { AuditRow } from '../../lib/admin/types.ts';
import { AuditDialog } from './audit-dialog.tsx';
import { AuditVerify } from './audit-verify.tsx';
import { type AuditFilters, useAudit } from './use-audit.ts';

/** The audit log, with a check of its integrity. */
export function AuditPanel() {
  const t = useTranslations('audit');
  const [filters, setFilters] = useState<AuditFilters>({ actor: '', operation: '', target: '' });
  const [shown, setShown] = useState<AuditRow>();
  const list = useAudit(filters);
  const filter = (name: keyof AuditFilters) => (
    <TextField
      label={t(name)}
      placeholder={t(`${name}Example`)}
      value={filters[name]}
      onChange={(event) => setFilters({ ...filters, [name]: event.target.value })}
    />
  );
  return (
    <Panel title={t('title')} action={<AuditVerify />}>
      <p className="mb-3 text-sm text-quiet">{t('hint')}</p>
      <div className="mb-3 grid gap-3 sm:grid-cols-3">
        {filter('actor')}
        {filter('operation')}
        {filter('target')}
      </div>
      <Loaded of={{ data: list.rows, error: list.error, mutate: list.refresh }}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="text-sm text-quiet">{t('none')}</p>
          ) : (
            <Table
              label={t('title')}
              columns={[
                {
                  name: t('time'),
                  isWide: true,
                  isOneLine: true,
                  cell: ({ at }) => <Time at={Date.parse(at)} />,
                },
                { name: t('actor'), isWide: true, cell: (row) => <Actor row={row} /> },
                {
                  name: t('what'),
                  cell: (row) => (
                    <>
                      <button
                        type="button"
                        className="text-left underline-offset-2 hover:underline"
                        onClick={() => setShown(row)}
                      >
                        <code className="font-mono text-xs">{row.operation}</code>
                        {row.target !== undefined && (
                          <span className="block text-xs text-quiet">{row.target}</span>
                        )}
                      </button>
                      <div className="mt-1 text-xs lg:hidden">
                        <Time at={Date.parse(row.at)} /> · <Actor row={row} />
                      </div>
                    </>
                  ),
                },
                { name: t('outcome'), cell: ({ outcome }) => <Outcome outcome={outcome} /> },
              ]}
              rows={rows}
              keyOf={({ seq }) => String(seq)}
            />
          )
        }
      </Loaded>
      {list.hasMore && (
        <div className="mt-3">
          <Button kind="quiet" disabled={list.isLoading} onClick={list.loadMore}>
            {t('more')}
          </Button>
        </div>
      )}
      {shown && <AuditDialog row={shown} onClose={() => setShown(undefined)} />}
    </Panel>
  );
}

function Time({ at }: { readonly at: number }) {
  return useFormats().dateTime(at);
}

function Actor({ row: { actor } }: { readonly row: AuditRow }) {
  const t = useTranslations('audit');
  const more = [actor.id, actor.address].filter((part) => part !== undefined).join(' · ');
  return (
    <>
      {t(`kinds.${actor.kind}`)}
      {more !== '' && <span className="block text-xs text-quiet">{more}</span>}
    </>
  );
}

const TONES = {
  done: 'good',
  refused: 'warn',
  failed: 'bad',
  unknown: 'quiet',
} as const satisfies Record<AuditRow['outcome'], Tone>;

function Outcome({ outcome }: Pick<AuditRow, 'outcome'>) {
  const t = useTranslations('audit');
  return <Badge tone={TONES[outcome]}>{t(`outcomes.${outcome}`)}</Badge>;
}

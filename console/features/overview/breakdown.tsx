'use client';

import Link from 'next/link';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { SelectField } from '../../components/ui/field.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Table } from '../../components/ui/table.tsx';
import { queryOf } from '../../lib/query.ts';
import { useFormats } from '../../lib/format.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

const GROUPS = ['model', 'upstream', 'key'] as const;
type Group = (typeof GROUPS)[number];

/** Usage: by model, upstream or key. */
export function Breakdown({ from }: { readonly from: string }) {
  const t = useTranslations('overview');
  const formats = useFormats();
  const [by, setBy] = useState<Group>('model');
  const rows = useAdmin('GET /traces/stats', { query: { from, by } }, { refreshInterval: 10_000 });
  return (
    <div className="grid gap-3">
      <SelectField
        label={t('groupBy')}
        value={by}
        options={GROUPS.map((value) => ({ value, label: t(`groups.${value}`) }))}
        onChange={setBy}
      />
      <Loaded of={rows}>
        {(all) =>
          all.length === 0 ? (
            <p className="text-quiet">{t('nothing')}</p>
          ) : (
            <Table
              label={t(`groups.${by}`)}
              columns={[
                {
                  name: t(`groups.${by}`),
                  cell: ({ group = '' }) =>
                    group === '' ? (
                      '–'
                    ) : (
                      <Link
                        className="text-accent underline-offset-2 hover:underline"
                        href={`/traces/${queryOf({ [by]: group })}`}
                      >
                        {group}
                      </Link>
                    ),
                },
                { name: t('requests'), cell: ({ requests }) => formats.number(requests), isNumber: true },
                {
                  name: t('errors'),
                  cell: ({ requests, errors }) => formats.percent(errors / requests),
                  isNumber: true,
                },
                {
                  name: t('tokens'),
                  cell: (row) => formats.compact(row.inputTokens + row.outputTokens),
                  isNumber: true,
                  isWide: true,
                },
                {
                  name: t('ttft'),
                  cell: ({ p50TtftMs }) => formats.ms(p50TtftMs),
                  isNumber: true,
                  isWide: true,
                },
                { name: t('cost'), cell: (row) => formats.spend(row), isNumber: true },
              ]}
              rows={all.toSorted((a, b) => b.requests - a.requests).slice(0, 12)}
              keyOf={({ group = '' }) => group}
            />
          )
        }
      </Loaded>
    </div>
  );
}

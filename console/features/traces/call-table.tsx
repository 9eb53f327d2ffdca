'use client';

import Link from 'next/link';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { Empty } from '../../components/ui/empty.tsx';
import { SelectField, TextField } from '../../components/ui/field.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Table } from '../../components/ui/table.tsx';
import { useFormats } from '../../lib/format.ts';
import { CallState } from './call-state.tsx';
import { linkTo } from './trace-table.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

const STATES = ['ok', 'invalid-json', 'schema', 'undeclared', 'cut'] as const;

const FILTERS = {
  name: parseAsString.withDefault(''),
  state: parseAsStringLiteral(['', 'bad', ...STATES]).withDefault(''),
  answered: parseAsStringLiteral(['', 'true', 'false']).withDefault(''),
};

/** Calls of tools across all requests: what a tool gets, and where that is wrong. */
export function CallTable() {
  const t = useTranslations('calls');
  const formats = useFormats();
  const [filters, setFilters] = useQueryStates(FILTERS);
  const { name, ...rest } = filters;
  const page = useAdmin('GET /tool-calls', { query: { ...rest, tool: name, limit: 200 } });
  const any = { value: '', label: t('any') } as const;
  return (
    <>
      <div className="mb-4 grid grid-cols-2 gap-3 rounded-lg border bg-surface p-3 md:grid-cols-3">
        <TextField
          key={name}
          label={t('tool')}
          defaultValue={name}
          onBlur={(event) => void setFilters({ name: event.target.value.trim() })}
          onKeyDown={(event) =>
            event.key === 'Enter' && void setFilters({ name: event.currentTarget.value.trim() })
          }
        />
        <SelectField
          label={t('state')}
          value={filters.state}
          options={[
            any,
            { value: 'bad', label: t('bad') },
            ...STATES.map((value) => ({
              value,
              label: t(`states.${value}`),
            })),
          ]}
          onChange={(state) => void setFilters({ state })}
        />
        <SelectField
          label={t('result')}
          value={filters.answered}
          options={[any, { value: 'true', label: t('answered') }, { value: 'false', label: t('unanswered') }]}
          onChange={(answered) => void setFilters({ answered })}
        />
      </div>
      <Loaded of={page} lines={8}>
        {({ calls }) =>
          calls.length === 0 ? (
            <Empty title={t('none')}>
              <p>{t('noneHint')}</p>
            </Empty>
          ) : (
            <Table
              label={t('title')}
              columns={[
                {
                  name: t('tool'),
                  cell: (call) => (
                    <Link
                      className="font-medium text-accent underline-offset-2 hover:underline"
                      href={linkTo(call.traceId)}
                    >
                      {call.name}
                    </Link>
                  ),
                },
                {
                  name: t('arguments'),
                  cell: (call) => <code className="line-clamp-2 font-mono text-xs">{call.arguments}</code>,
                },
                { name: t('state'), cell: (call) => <CallState call={call} /> },
                { name: t('model'), cell: (call) => call.model ?? '', isWide: true },
                { name: t('roundTrip'), cell: (call) => formats.ms(call.result?.afterMs), isWide: true },
                { name: t('time'), cell: (call) => formats.ago(call.calledAt), isWide: true },
              ]}
              rows={calls}
              keyOf={({ traceId, callId, startMs }) => `${traceId} ${callId} ${startMs}`}
            />
          )
        }
      </Loaded>
    </>
  );
}

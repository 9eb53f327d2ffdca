'use client';

import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { CheckField, inputClass, SelectField, TextField } from '../../components/ui/field.tsx';
import { OUTCOMES, SORTS, type TraceFilters } from './use-traces.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

interface TraceFiltersProps {
  readonly filters: TraceFilters;
  readonly onChange: (change: Partial<TraceFilters>) => void;
}

export function TraceFilterBar({ filters, onChange }: TraceFiltersProps) {
  const t = useTranslations('traces');
  const outcomes = useTranslations('outcomes');
  const { data: upstreams = [] } = useAdmin('GET /upstreams');
  const { data: keys = [] } = useAdmin('GET /keys');
  const any = { value: '', label: t('any') } as const;
  return (
    <div className="mb-4 grid gap-3 rounded-lg border bg-surface p-3">
      <SearchField key={filters.search} value={filters.search} onSearch={(search) => onChange({ search })} />
      <details open={isNarrow(filters)}>
        <summary className="cursor-pointer text-sm text-quiet">{t('filters')}</summary>
        <div className="mt-3 grid grid-cols-2 gap-3 md:grid-cols-4 xl:grid-cols-6">
          <SelectField
            label={t('outcome')}
            value={filters.outcome}
            options={[
              any,
              ...OUTCOMES.map((value) => ({
                value,
                label: outcomes(value),
              })),
            ]}
            onChange={(outcome) => onChange({ outcome })}
          />
          <SelectField
            label={t('upstream')}
            value={filters.upstream}
            options={[any, ...upstreams.map(({ id }) => ({ value: id, label: id }))]}
            onChange={(upstream) => onChange({ upstream })}
          />
          <SelectField
            label={t('key')}
            value={filters.key}
            options={[
              any,
              { value: 'console', label: 'console' },
              ...keys.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(key) => onChange({ key })}
          />
          <LateField
            label={t('model')}
            hint={t('pattern')}
            value={filters.model}
            onCommit={(model) => onChange({ model })}
          />
          <LateField label={t('tool')} value={filters.tool} onCommit={(tool) => onChange({ tool })} />
          <LateField label={t('thread')} value={filters.thread} onCommit={(thread) => onChange({ thread })} />
          <LateField
            label={t('requestId')}
            hint={t('requestIdHint')}
            value={filters.requestId}
            onCommit={(requestId) => onChange({ requestId })}
          />
          <LateField
            label={t('minMs')}
            type="number"
            value={filters.minMs === null ? '' : String(filters.minMs)}
            onCommit={(text) => onChange({ minMs: text === '' ? null : Number(text) })}
          />
          <SelectField
            label={t('sort')}
            value={filters.sort}
            options={SORTS.map((value) => ({
              value,
              label: t(`sorts.${value}`),
            }))}
            onChange={(sort) => onChange({ sort })}
          />
          <CheckField
            label={t('badCalls')}
            checked={filters.badCalls}
            onChange={(badCalls) => onChange({ badCalls })}
          />
          <CheckField
            label={t('retried')}
            checked={filters.retried}
            onChange={(retried) => onChange({ retried })}
          />
        </div>
      </details>
    </div>
  );
}

export function isNarrow({ search: _, sort, ...filters }: TraceFilters): boolean {
  return sort !== 'startedAt' || Object.values(filters).some(Boolean);
}

function SearchField({
  value,
  onSearch,
}: {
  readonly value: string;
  readonly onSearch: (text: string) => void;
}) {
  const t = useTranslations('traces');
  const [text, setText] = useState(value);
  return (
    <form
      role="search"
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <Search size={16} className="pointer-events-none absolute top-2.5 left-3 text-quiet" aria-hidden />
      <input
        id="trace-search"
        type="search"
        aria-label={t('search')}
        placeholder={t('searchHint')}
        className={`${inputClass} pl-9`}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === '') onSearch('');
        }}
      />
    </form>
  );
}

interface LateFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly type?: string;
  readonly value: string;
  readonly onCommit: (text: string) => void;
}

/** Asks when somebody has typed to the end, and not at every letter. */
function LateField({ value, onCommit, ...rest }: LateFieldProps) {
  return (
    <TextField
      key={value}
      {...rest}
      defaultValue={value}
      onBlur={(event) => event.target.value !== value && onCommit(event.target.value.trim())}
      onKeyDown={(event) => event.key === 'Enter' && onCommit(event.currentTarget.value.trim())}
    />
  );
}

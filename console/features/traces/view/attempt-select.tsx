'use client';

import { useTranslations } from 'use-intl';
import { SelectField } from '../../../components/ui/field.tsx';
import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';

interface AttemptSelectProps {
  readonly trace: Trace;
  readonly detail: TraceDetail;
  /** The place among the requests to upstreams. */
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** Which request to an upstream is looked at; nothing where there was only one. */
export function AttemptSelect({ trace, detail, value, onChange }: AttemptSelectProps) {
  const t = useTranslations('trace');
  if (detail.exchanges.length < 2) return null;
  return (
    <SelectField
      label={t('attempt')}
      value={String(value)}
      options={detail.exchanges.map((one, place) => ({
        value: String(place),
        label: `${place + 1}. ${trace.attempts[one.attempt]?.upstream ?? one.url} (${one.status ?? '–'})`,
      }))}
      onChange={(text) => onChange(Number(text))}
    />
  );
}

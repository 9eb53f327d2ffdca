'use client';

import { useTranslations } from 'use-intl';
import { TextField } from '../../components/ui/field.tsx';
import type { Key } from '../../lib/admin/types.ts';

export type LimitsInput = NonNullable<Key['limits']>;

const NAMES = [
  'requestsPerMinute',
  'tokensPerMinute',
  'tokensPerDay',
  'concurrentRequests',
  'costPerDay',
  'costPerMonth',
  'costTotal',
] as const;

/** Limits and budgets; what is empty has none. */
export function LimitFields({
  value,
  onChange,
}: {
  readonly value: LimitsInput;
  readonly onChange: (value: LimitsInput) => void;
}) {
  const t = useTranslations('limits');
  return (
    <fieldset>
      <legend className="mb-2 font-medium">{t('title')}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {NAMES.map((name) => (
          <TextField
            key={name}
            label={t(name)}
            type="number"
            min={0}
            step={name.startsWith('cost') ? 'any' : 1}
            value={value[name] ?? ''}
            onChange={(event) => {
              const { [name]: _, ...others } = value;
              onChange(
                event.target.value === '' ? others : { ...others, [name]: Number(event.target.value) },
              );
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}

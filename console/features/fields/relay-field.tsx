'use client';

import { useTranslations } from 'use-intl';
import { SelectField } from '../../components/ui/field.tsx';

const LEVELS = ['off', 'stateless', 'all'] as const;
export type RelayLevel = (typeof LEVELS)[number];

interface RelayFieldProps {
  readonly value: RelayLevel | undefined;
  /** The level when there is no value. */
  readonly preset: RelayLevel;
  readonly disabled?: boolean;
  readonly onChange: (value: RelayLevel) => void;
}

/** Which requests besides chats and embeddings are relayed to upstreams. */
export function RelayField({ value, preset, disabled, onChange }: RelayFieldProps) {
  const level = value ?? preset;
  const t = useTranslations('relay');
  return (
    <SelectField
      label={t('label')}
      hint={t(`${level}Hint`)}
      disabled={disabled}
      value={level}
      options={LEVELS.map((one) => ({ value: one, label: t(one) }))}
      onChange={onChange}
    />
  );
}

'use client';

import { useTranslations } from 'use-intl';
import { SelectField } from '../../components/ui/field.tsx';

const LEVELS = ['full', 'no-bodies', 'off'] as const;

export type Recording = (typeof LEVELS)[number] | '';

interface RecordingFieldProps {
  readonly label: string;
  /** A level, or nothing where it is as for all. */
  readonly value: Recording;
  readonly disabled?: boolean;
  readonly onChange: (value: Recording) => void;
}

/** How much traces record of the requests of a key or an upstream. */
export function RecordingField({ label, value, disabled, onChange }: RecordingFieldProps) {
  const t = useTranslations('recording');
  return (
    <SelectField
      label={label}
      disabled={disabled}
      value={value}
      options={[
        { value: '' as const, label: t('asGateway') },
        ...LEVELS.map((level) => ({ value: level, label: t(level) })),
      ]}
      onChange={onChange}
    />
  );
}

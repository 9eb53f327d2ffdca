'use client';

import { useTranslations } from 'use-intl';
import { CheckField, TextArea } from '../../components/ui/field.tsx';

interface ModelsFieldProps {
  readonly value: string;
  /** What a test has found. */
  readonly found: readonly string[];
  readonly isReadOnly: boolean;
  readonly onChange: (value: string) => void;
}

/** Which models it serves: typed, or chosen from those that a test has found. */
export function ModelsField({ value, found, isReadOnly, onChange }: ModelsFieldProps) {
  const t = useTranslations('upstreams');
  const chosen = new Set(value.split('\n').filter((line) => line !== ''));
  const toggle = (model: string, isOn: boolean): void => {
    const next = new Set(chosen);
    if (isOn) next.add(model);
    else next.delete(model);
    onChange([...next].join('\n'));
  };
  return (
    <div className="grid gap-2">
      <TextArea
        label={t('modelList')}
        hint={t('modelListHint')}
        rows={3}
        disabled={isReadOnly}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {found.length > 0 && !isReadOnly && (
        <fieldset className="max-h-56 overflow-auto rounded-md border p-3">
          <legend className="px-1 text-sm text-quiet">{t('choose')}</legend>
          {found.map((model) => (
            <CheckField
              key={model}
              label={model}
              checked={chosen.has(model)}
              onChange={(isOn) => toggle(model, isOn)}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}

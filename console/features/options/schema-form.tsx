'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CheckField, SelectField, TextArea, TextField } from '../../components/ui/field.tsx';
import { TextWithCode } from '../../components/text/text-with-code.tsx';
import { parseJson } from '../../lib/json.ts';

/** What the schema of a provider or hook says of one option. */
export interface OptionSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: OptionSchema;
  readonly 'x-secret'?: boolean;
  readonly additionalProperties?: unknown;
}

export interface OptionsSchema {
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

export type Options = Readonly<Record<string, unknown>>;

interface SchemaFormProps {
  readonly schema: OptionsSchema;
  readonly value: Options;
  readonly onChange: (value: Options) => void;
  /** What is wrong, by the name of the option. */
  readonly problems: ReadonlyMap<string, string>;
  readonly isReadOnly: boolean;
  /** Whether secrets that are set have to be entered again. */
  readonly asksForSecrets?: boolean;
}

/** Whether it is the mark of a secret that is set, which is never told. */
export function isSetMark(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'set' in value && Object.keys(value).length === 1;
}

export function isSecretSet(value: unknown): boolean {
  return isSetMark(value) && (value as { readonly set: boolean }).set;
}

/** A form drawn from the JSON Schema of the options of a provider or hook. */
export function SchemaForm({
  schema,
  value,
  onChange,
  problems,
  isReadOnly,
  asksForSecrets = false,
}: SchemaFormProps) {
  const { properties = {}, required = [] } = schema;
  return (
    <div className="grid gap-4">
      {Object.entries(properties).map(([name, option]) => (
        <OptionField
          key={name}
          name={name}
          option={option}
          isRequired={required.includes(name)}
          isReadOnly={isReadOnly}
          asksForSecrets={asksForSecrets}
          value={value[name]}
          problem={problems.get(name)}
          onChange={(next) => {
            const { [name]: _, ...others } = value;
            onChange(next === undefined ? others : { ...others, [name]: next });
          }}
        />
      ))}
    </div>
  );
}

interface OptionFieldProps {
  readonly name: string;
  readonly option: OptionSchema;
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  readonly asksForSecrets: boolean;
  readonly value: unknown;
  readonly problem: string | undefined;
  readonly onChange: (value: unknown) => void;
}

function OptionField({ name, option, isRequired, isReadOnly, value, problem, ...rest }: OptionFieldProps) {
  const { asksForSecrets, onChange } = rest;
  const t = useTranslations('schemaForm');
  const title = option.title ?? name;
  const label = isRequired ? title : t('optional', { title });
  const common = {
    label,
    hint: option.description && <TextWithCode text={option.description} />,
    problem,
    disabled: isReadOnly,
  };
  if (option['x-secret'])
    return (
      <SecretField
        common={common}
        option={option}
        asksAgain={asksForSecrets}
        value={value}
        onChange={onChange}
      />
    );
  const preset = option.default === undefined ? '' : JSON.stringify(option.default).replaceAll(/^"|"$/g, '');
  if (option.enum) {
    const options = [
      { value: '', label: preset === '' ? t('unset') : t('preset', { value: preset }) },
      ...option.enum.map((one) => ({ value: one, label: one })),
    ];
    return (
      <SelectField
        {...common}
        value={typeof value === 'string' ? value : ''}
        options={options}
        onChange={(text) => onChange(text === '' ? undefined : text)}
      />
    );
  }
  switch (option.type) {
    case 'boolean':
      return (
        <CheckField
          label={label}
          hint={common.hint}
          disabled={isReadOnly}
          checked={value === undefined ? option.default === true : value === true}
          onChange={onChange}
        />
      );
    case 'integer':
    case 'number':
      return (
        <TextField
          {...common}
          type="number"
          placeholder={preset}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : Number(event.target.value))}
        />
      );
    case 'array':
      return (
        <TextArea
          {...common}
          hint={
            <>
              {common.hint} {t('lines')}
            </>
          }
          rows={3}
          value={Array.isArray(value) ? value.join('\n') : ''}
          onChange={(event) =>
            onChange(event.target.value === '' ? undefined : event.target.value.split('\n'))
          }
        />
      );
    case 'object':
      return <JsonField common={common} value={value} onChange={onChange} />;
    default:
      return (
        <TextField
          {...common}
          placeholder={preset}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        />
      );
  }
}

interface Common {
  readonly label: string;
  readonly hint: ReactNode;
  readonly problem: string | undefined;
  readonly disabled: boolean;
}

interface SpecialFieldProps {
  readonly common: Common;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** A secret that is set is never shown: it stays, is replaced, or is removed. */
function SecretField({
  common,
  option,
  asksAgain,
  value,
  onChange,
}: SpecialFieldProps & { readonly option: OptionSchema; readonly asksAgain: boolean }) {
  const t = useTranslations('schemaForm');
  const isSet = isSecretSet(value);
  const remove = (
    <Button kind="quiet" isSmall disabled={common.disabled} onClick={() => onChange(null)}>
      {t('clear')}
    </Button>
  );
  if (isSet && !asksAgain) {
    return (
      <div className="grid gap-1">
        <span className="text-sm font-medium">{common.label}</span>
        <span className="flex items-center gap-2">
          <code className="font-mono text-sm">••••••••</code> {t('set')}
          <Button kind="quiet" isSmall disabled={common.disabled} onClick={() => onChange('')}>
            {t('replace')}
          </Button>
          {remove}
        </span>
        {common.problem !== undefined && <span className="text-xs text-bad">{common.problem}</span>}
      </div>
    );
  }
  const shown = isSet ? { ...common, problem: t('oldAddress') } : common;
  const field =
    option.type === 'object' ? (
      <JsonField common={shown} value={isSetMark(value) ? undefined : value} onChange={onChange} />
    ) : (
      <TextField
        {...shown}
        type="password"
        autoComplete="off"
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
      />
    );
  return (
    <div className="grid justify-items-start gap-1 *:first:w-full">
      {field}
      {isSet && remove}
    </div>
  );
}

function JsonField({ common, value, onChange }: SpecialFieldProps) {
  const t = useTranslations('schemaForm');
  return (
    <TextArea
      {...common}
      hint={
        <>
          {common.hint} {t('json')}
        </>
      }
      className="font-mono text-sm"
      rows={3}
      defaultValue={value === undefined || value === null ? '' : JSON.stringify(value, undefined, 2)}
      onChange={(event) => {
        const text = event.target.value.trim();
        onChange(text === '' ? undefined : (parseJson(text) ?? text));
      }}
    />
  );
}

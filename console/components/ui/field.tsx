'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from '../../lib/class-names.ts';

export const inputClass =
  'w-full min-h-9 rounded-md border bg-ground px-2.5 py-1.5 aria-invalid:border-bad disabled:opacity-60';

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly children: (control: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A control with its name, its help and what is wrong with it. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const help = hint !== undefined || problem !== undefined ? `${id}-help` : undefined;
  return (
    <div className="grid content-start gap-1">
      <label className="text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-describedby': help, 'aria-invalid': problem !== undefined })}
      {help !== undefined && (
        <div id={help} className={classNames('text-xs', problem === undefined ? 'text-quiet' : 'text-bad')}>
          {problem ?? hint}
        </div>
      )}
    </div>
  );
}

type TextFieldProps = Omit<FieldProps, 'children'> & Omit<ComponentProps<'input'>, 'id' | 'children'>;

export function TextField({ label, hint, problem, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => <input {...control} className={classNames(inputClass, className)} {...rest} />}
    </Field>
  );
}

type TextAreaProps = Omit<FieldProps, 'children'> & Omit<ComponentProps<'textarea'>, 'id' | 'children'>;

export function TextArea({ label, hint, problem, className, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <textarea {...control} className={classNames(inputClass, 'resize-y', className)} {...rest} />
      )}
    </Field>
  );
}

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

type SelectFieldProps<Value extends string> = Omit<FieldProps, 'children'> &
  Omit<ComponentProps<'select'>, 'id' | 'children' | 'value' | 'onChange'> & {
    readonly value: Value;
    readonly options: readonly Option<Value>[];
    readonly onChange: (value: Value) => void;
  };

export function SelectField<Value extends string>({
  label,
  hint,
  problem,
  options,
  onChange,
  ...rest
}: SelectFieldProps<Value>) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <select
          {...control}
          className={inputClass}
          // One of the options is chosen.
          onChange={(event) => onChange(event.target.value as Value)}
          {...rest}
        >
          {options.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckFieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function CheckField({ label, hint, checked, onChange, disabled }: CheckFieldProps) {
  return (
    <label className="flex items-start gap-2.5">
      <input
        type="checkbox"
        className="mt-1 size-4 accent-accent"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        <span className="text-sm font-medium">{label}</span>
        {hint !== undefined && <span className="block text-xs text-quiet">{hint}</span>}
      </span>
    </label>
  );
}

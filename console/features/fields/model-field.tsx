'use client';

import { useId } from 'react';
import { Field, inputClass } from '../../components/ui/field.tsx';
import { useAdmin } from '../../lib/admin/use-admin.ts';

interface ModelFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (model: string) => void;
  readonly hint?: string;
}

/** A model's name, with those that the gateway knows to choose from; any other can be typed. */
export function ModelField({ label, value, onChange, hint }: ModelFieldProps) {
  const list = useId();
  const { data } = useAdmin('GET /models');
  const { data: aliases = [] } = useAdmin('GET /aliases');
  const names = new Set([
    ...aliases.filter(({ name, enabled }) => enabled && !/[*^]/.test(name)).map(({ name }) => name),
    ...(data?.models ?? []).flatMap(({ id, upstreams }) => [
      id,
      ...(upstreams.length > 1 ? upstreams.map((upstream) => `${upstream}/${id}`) : []),
    ]),
  ]);
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <>
          <input
            {...control}
            className={inputClass}
            list={list}
            value={value}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {[...names].map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

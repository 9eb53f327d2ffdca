import type { Call } from '@dragoman/core/admin-contract';
import type { Hook } from '../../lib/admin/types.ts';
import { entriesOf } from '../../lib/entries.ts';
import { changedOptions } from '../options/changed-options.ts';
import type { Options } from '../options/schema-form.tsx';

/** A hook as its form has it. Lists are texts, with commas. */
export interface Fields {
  readonly id: string;
  readonly kind: string;
  readonly keys: string;
  readonly aliases: string;
  readonly upstreams: string;
  readonly order: Exclude<Hook['order'], undefined> | '';
  readonly onError: Hook['onError'];
  readonly timeoutMs: number;
  readonly shadow: boolean;
  readonly options: Options;
}

export function fieldsOf(hook: Hook | undefined, firstKind: string): Fields {
  const { on } = hook ?? {};
  const text = (names: readonly string[] = []): string => names.join(', ');
  return {
    id: hook?.id ?? '',
    kind: hook?.hook ?? firstKind,
    keys: text(on?.keys),
    aliases: text(on?.aliases),
    upstreams: text(on?.upstreams),
    order: hook?.order ?? '',
    onError: hook?.onError ?? 'closed',
    timeoutMs: hook?.timeoutMs ?? 10_000,
    shadow: hook?.shadow ?? false,
    options: hook?.options ?? {},
  };
}

/** What a new hook and a change have in common. */
function sharedOf({ onError, timeoutMs, shadow, options }: Fields, before: Options) {
  return { onError, timeoutMs, shadow, options: changedOptions(before, options) };
}

function scopeOf({ keys, aliases, upstreams }: Fields) {
  const scope = Object.entries({ keys, aliases, upstreams }).flatMap(([name, text]) => {
    const names = entriesOf(text, ',');
    return names.length > 0 ? [[name, names] as const] : [];
  });
  return scope.length > 0 ? Object.fromEntries(scope) : undefined;
}

export function newHookOf(fields: Fields): Call<'POST /hooks'>['body'] {
  const { id, kind, order } = fields;
  const on = scopeOf(fields);
  return { id, hook: kind, ...sharedOf(fields, {}), ...(on && { on }), ...(order !== '' && { order }) };
}

export function changeOf(hook: Hook, fields: Fields): Call<'PATCH /hooks/:id'>['body'] {
  const { order } = fields;
  return {
    ...sharedOf(fields, hook.options),
    on: scopeOf(fields) ?? null,
    order: order === '' ? null : order,
  };
}

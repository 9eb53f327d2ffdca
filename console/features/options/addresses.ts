import { isSecretSet, isSetMark, type Options, type OptionsSchema } from './schema-form.tsx';

/** Whether secrets have to be entered again, since they are bound to their address. */
export function asksForSecrets(before: Options, after: Options, schema: OptionsSchema = {}): boolean {
  return (
    Object.values(before).some(isSecretSet) && addressesOf(before, schema) !== addressesOf(after, schema)
  );
}

/** The origins of the addresses in these options: where requests with their secrets go. */
function addressesOf(options: Options, { properties = {} }: OptionsSchema): string {
  const names = Object.keys({ ...properties, ...options });
  const values = names.map((name) => options[name] ?? properties[name]?.default);
  return [...new Set(values.flatMap(originsIn))].toSorted().join(' ');
}

function originsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim()) ? URL.parse(value) : null;
    return url ? [`${url.protocol}//${url.host}`] : [];
  }
  if (typeof value !== 'object' || value === null || isSetMark(value)) return [];
  return Object.values(value).flatMap(originsIn);
}

/** A query of those fields that have a value. */
export function queryOf(
  fields: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const given = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

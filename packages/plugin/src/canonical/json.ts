/** Any JSON value, as parsed. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A parsed JSON object. Reading an absent key gives `undefined`. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Whether a value is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Omits properties whose value is `undefined`. */
export function defined<T extends object>(value: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field: unknown = value[name as keyof T];
    if (field !== undefined) kept[name] = field;
  }
  return kept as Defined<T>;
}

/** All strings in a value, in no particular order, optionally with the field names. Without recursion: values may nest arbitrarily deep. */
export function* stringsIn(
  root: JsonValue | undefined,
  wanted?: { readonly names: boolean },
): Generator<string> {
  const rest: (JsonValue | undefined)[] = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === 'string') yield value;
    else if (Array.isArray(value)) for (const entry of value as readonly JsonValue[]) rest.push(entry);
    else if (isJsonObject(value)) {
      for (const name of Object.keys(value)) {
        if (wanted?.names) yield name;
        rest.push(value[name]);
      }
    }
  }
}

/** A copy of a value with every string changed, field names included. Recurses as deep as parsed JSON. */
export function mapStrings(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((entry) => mapStrings(entry, change));
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [[change(name), mapStrings(field, change)] as const],
  );
  return Object.fromEntries(fields);
}

import { isJsonObject, type JsonValue } from '@dragoman/plugin';

/** A step into a value: a field or index, all of them (`*`), or a field at any depth below. */
interface Step {
  readonly name: string;
  readonly isDeep: boolean;
}

/** Changes what a path matches, in a copy; the given value stays the same. */
export type PathEdit = (value: JsonValue, change: (found: JsonValue) => JsonValue) => JsonValue;

const STEP = /^(?:(\.\.?)([\w$-]+|\*)|\[(\d+|\*|'[^']*'|"[^"]*")\])/;

/** Parses a JSON path: `$.messages[*].content`, `$..email`, `$['a b']`. `undefined` if invalid; no filters or slices. */
export function parsePath(path: string): PathEdit | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  for (let rest = path.slice(1); rest !== '';) {
    const match = STEP.exec(rest);
    if (!match) return undefined;
    const [whole, dots, field, index = ''] = match;
    steps.push({ name: field ?? index.replaceAll(/^['"]|['"]$/g, ''), isDeep: dots === '..' });
    rest = rest.slice(whole.length);
  }
  return steps.length === 0 ? undefined : (value, change) => edit(value, steps, change);
}

function edit(value: JsonValue, steps: readonly Step[], change: (found: JsonValue) => JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (!step) return change(value);
  const inside = (name: string, child: JsonValue): JsonValue => {
    const below = step.isDeep ? edit(child, steps, change) : child;
    return step.name === '*' || step.name === name ? edit(below, rest, change) : below;
  };
  if (Array.isArray(value)) return value.map((child: JsonValue, at) => inside(String(at), child));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, inside(name, child ?? null)]),
  );
}

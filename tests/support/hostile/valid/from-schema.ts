import type { Dice } from '../dice.ts';
import type { Tree } from '../json-tree.ts';

type Schemas = Readonly<Record<string, Tree>>;
type Schema = { readonly [key: string]: Tree | undefined };

const MAX_DEPTH = 6;

/** A value that a JSON Schema of the admin API describes, near enough to come past most of its checks. */
export function sampleOf(schema: Tree | undefined, dice: Dice, schemas: Schemas, depth = 0): Tree {
  if (!isSchema(schema) || depth > MAX_DEPTH) return null;
  const inner = (next: Tree | undefined): Tree => sampleOf(next, dice, schemas, depth + 1);
  return combined(schema, { dice, schemas, inner }) ?? sampleType(schema, dice, inner);
}

interface Sampling {
  readonly dice: Dice;
  readonly schemas: Schemas;
  /** Samples a part of the schema. */
  readonly inner: (next: Tree | undefined) => Tree;
}

/** What a schema says by referring to others, or by naming its values. */
function combined(
  { $ref, anyOf, oneOf, allOf, enum: values, const: only, default: preset }: Schema,
  { dice, schemas, inner }: Sampling,
): Tree | undefined {
  if (typeof $ref === 'string') return inner(schemas[$ref.slice($ref.lastIndexOf('/') + 1)]);
  if (only !== undefined) return only;
  if (Array.isArray(values)) return dice.pick(values);
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return inner(dice.pick(choices));
  if (Array.isArray(allOf)) return Object.assign({}, ...allOf.map(inner)) as Tree;
  return dice.chance(0.5) ? preset : undefined;
}

function sampleType(schema: Schema, dice: Dice, inner: (next: Tree | undefined) => Tree): Tree {
  const { type, items, minimum = 0, maximum = 50 } = schema;
  switch (Array.isArray(type) ? type[0] : type) {
    case 'object':
      return sampleObject(schema, dice, inner);
    case 'array':
      return dice.list(dice.between(0, 2), () => inner(items));
    case 'string':
      return sampleText(schema, dice);
    case 'integer':
      return dice.between(Number(minimum), Math.min(Number(maximum), 5_000));
    case 'number':
      return dice.between(0, 10) / 2;
    case 'boolean':
      return dice.chance(0.5);
    default:
      return 'x';
  }
}

function sampleObject(schema: Schema, dice: Dice, inner: (next: Tree | undefined) => Tree): Tree {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = Object.entries(isSchema(properties) ? properties : {})
    .filter(([name]) => needed.has(name) || dice.chance(0.3))
    .map(([name, value]) => [name, inner(value)] as const);
  const extra = isSchema(additionalProperties) ? { extra: inner(additionalProperties) } : {};
  return { ...extra, ...Object.fromEntries(fields) };
}

function sampleText({ format, pattern, minLength }: Schema, dice: Dice): string {
  if (format === 'date-time') return dice.pick(['2027-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z']);
  if (format === 'uri') return 'http://127.0.0.1:9/v1';
  if (typeof pattern === 'string') return dice.pick(['abc', 'fuzz-1', 'a.b-c_d']);
  return dice.pick(['fuzz', 'a name', '*', 'gpt-good']).padEnd(Number(minLength ?? 0), 'x');
}

function isSchema(value: Tree | undefined): value is { [key: string]: Tree } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { readNumber, type Schema } from './read-schema.ts';

const VARIANTS = 100;

/** Numbers that may satisfy a schema, the plainest first. */
export function* sampleNumber(schema: Schema, type: 'integer' | 'number'): Generator<number> {
  const low = readNumber(schema, 'minimum') ?? readNumber(schema, 'exclusiveMinimum');
  const high = readNumber(schema, 'maximum') ?? readNumber(schema, 'exclusiveMaximum');
  const step = Math.abs(readNumber(schema, 'multipleOf') ?? 1) || 1;
  if (low === undefined && high === undefined) yield step;
  yield* multiples(low, high, step);
  if (low !== undefined) yield low;
  if (high !== undefined) yield high;
  if (low !== undefined && high !== undefined && type === 'number') yield low + (high - low) / 2;
}

function* multiples(low: number | undefined, high: number | undefined, step: number): Generator<number> {
  const down = low === undefined && high !== undefined;
  const first = down ? Math.floor(high / step) : Math.ceil((low ?? 0) / step);
  for (let count = 0; count < VARIANTS; count += 1) yield (first + (down ? -count : count)) * step + 0;
}

import { type ChatEvent, checkGrammar, GatewayError, type SseEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { expect } from 'vitest';

export interface FuzzInput {
  /** Valid streams to spoil. */
  readonly streams: readonly (readonly SseEvent[])[];
  decode(events: AsyncIterable<SseEvent>): AsyncIterable<ChatEvent>;
  /** Default 1,000. */
  readonly numRuns?: number;
}

/**
 * Spoils valid streams: any JSON in the place of a value, frames left out, doubled, swapped or of junk. What is
 * read must keep the event grammar, and nothing but a `GatewayError` may be thrown.
 */
export async function fuzzStreams({ streams, decode, numRuns = 1000 }: FuzzInput): Promise<void> {
  const changes = fc.array(fc.oneof(spoils, cuts, doubles, swaps, junk), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...streams), changes, async (stream, list) => {
      const spoiled = list.reduce<readonly SseEvent[]>(
        (frames, change) => (frames.length > 0 ? change(frames) : frames),
        stream,
      );
      let count = 0;
      try {
        for await (const event of checkGrammar(decode(each(spoiled)))) {
          expectTexts(event);
          count += 1;
          expect(count).toBeLessThan(10_000);
        }
      } catch (error) {
        if (!GatewayError.is(error) || error.kind === 'internal') throw error;
      }
    }),
    { numRuns },
  );
}

type Change = (frames: readonly SseEvent[]) => readonly SseEvent[];

const spoils: fc.Arbitrary<Change> = fc
  .record({ at: fc.nat(), path: fc.array(fc.nat(), { maxLength: 6 }), value: fc.jsonValue() })
  .map(
    ({ at, path, value }) =>
      (frames) =>
        frames.map((frame, index) => (index === at % frames.length ? spoil(frame, path, value) : frame)),
  );

const cuts: fc.Arbitrary<Change> = fc.record({ at: fc.nat(), count: fc.integer({ min: 1, max: 3 }) }).map(
  ({ at, count }) =>
    (frames) =>
      frames.toSpliced(at % frames.length, count),
);

const doubles: fc.Arbitrary<Change> = fc.nat().map((at) => (frames) => {
  const frame = frames[at % frames.length];
  return frame ? frames.toSpliced(at % frames.length, 0, frame) : frames;
});

const swaps: fc.Arbitrary<Change> = fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => (frames) => {
  const [left, right] = [a % frames.length, b % frames.length];
  return frames.with(left, frames[right] ?? { data: '' }).with(right, frames[left] ?? { data: '' });
});

const junk: fc.Arbitrary<Change> = fc
  .tuple(fc.nat(), fc.oneof(fc.string({ maxLength: 20 }), fc.json({ maxDepth: 2 })))
  .map(
    ([at, data]) =>
      (frames) =>
        frames.toSpliced(at % frames.length, 0, { data }),
  );

/** Whatever the upstream sent, names and texts are texts and counts are counts. */
function expectTexts(event: ChatEvent): void {
  if (event.type === 'block-delta') expect(event.delta).toBeTypeOf('string');
  if (event.type === 'start') expect([typeof event.id, typeof event.model]).toEqual(['string', 'string']);
  if (event.type === 'block-start' && event.block.type === 'tool-call') {
    expect([typeof event.block.id, typeof event.block.name]).toEqual(['string', 'string']);
  }
  if ('usage' in event && event.usage)
    expect(event.usage.input + event.usage.output).toBeGreaterThanOrEqual(0);
}

async function* each(frames: readonly SseEvent[]): AsyncGenerator<SseEvent> {
  yield* frames;
}

function spoil(frame: SseEvent, path: readonly number[], value: unknown): SseEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(frame.data);
  } catch {
    return frame;
  }
  return { ...frame, data: JSON.stringify(replace(parsed, path, value)) ?? 'null' };
}

function replace(target: unknown, [step, ...path]: readonly number[], value: unknown): unknown {
  if (step === undefined || typeof target !== 'object' || target === null) return value;
  const keys = Object.keys(target);
  const key = keys[step % (keys.length || 1)];
  if (key === undefined) return value;
  const inner = replace((target as Record<string, unknown>)[key], path, value);
  return Array.isArray(target) ? target.with(Number(key), inner) : { ...target, [key]: inner };
}

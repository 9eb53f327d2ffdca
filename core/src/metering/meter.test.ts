import { describe, expect, it } from 'vitest';
import { type ChatEvent, type Framing, GatewayError, type ReplyReader } from '@dragoman/plugin';
import type { Upstream } from '../upstreams/upstream.ts';
import { textBytes } from './content-bytes.ts';
import { Meter } from './meter.ts';

/** Every event, and every field `text` of a reply, is what the model wrote. */
const reader: ReplyReader = {
  decodeReply({ text, error }) {
    if (error) throw new GatewayError('overloaded', 'No.');
    return [{ type: 'block-delta', index: 0, delta: typeof text === 'string' ? text : '' }];
  },
  decodeStream: () => ({
    isOver: false,
    push({ data }): ChatEvent[] {
      if (data === '!') throw new GatewayError('overloaded', 'No.');
      return [{ type: 'block-delta', index: 0, delta: data }];
    },
    end: () => [],
  }),
};

interface Passed {
  readonly pieces: readonly string[];
  readonly type?: string;
  readonly as?: ReplyReader | 'text' | undefined;
  readonly isExact?: boolean;
  readonly isWhole?: boolean;
  readonly framing?: Framing;
}

function meterOf({
  pieces,
  type = 'text/event-stream',
  as = reader,
  isExact = true,
  isWhole,
  framing,
}: Passed): Meter {
  const meter = new Meter({ upstream: {} as Upstream, model: 'm' }, isExact);
  meter.countAs(as, framing);
  meter.wants({ 'content-type': type });
  for (const piece of pieces) meter.push(Buffer.from(piece));
  if (isWhole) meter.end();
  return meter;
}

const INPUT = 5;
const outputOf = (passed: Passed): number | undefined => meterOf(passed).usage(() => INPUT)?.output;
const event = (text: string): string => `data: ${text}\n\n`;

describe('what an upstream delivered', () => {
  it('is the content of a stream, however it is cut into pieces', () => {
    const text = event('ä'.repeat(40)) + event('b'.repeat(20));
    const bytes = [...Buffer.from(text)].map((byte) => String.fromCodePoint(byte));
    expect(outputOf({ pieces: [text] })).toBe(25);
    const meter = meterOf({ pieces: [] });
    for (const byte of bytes) meter.push(Buffer.from(byte, 'latin1'));
    expect(meter.usage(() => INPUT)).toEqual({ input: INPUT, output: 25, estimated: true });
  });

  it('includes an event that was cut', () => {
    expect(outputOf({ pieces: [event('a'), `data: ${'x'.repeat(400)}`] })).toBeGreaterThanOrEqual(100);
  });

  it('is exact for a stream that is longer than what is kept, where a limit needs it', () => {
    const pieces = Array.from({ length: 2_000 }, (_, at) => event('x'.repeat(at % 7 === 0 ? 700 : 4)));
    const content = pieces.reduce((sum, piece) => sum + piece.length - event('').length, 0);
    expect(outputOf({ pieces })).toBe(Math.ceil(content / 4));
  });

  it.each(['ndjson', 'json-array'] as const)('is exact for a stream of %s, too', (framing) => {
    const line = JSON.stringify({ text: 'x'.repeat(400) });
    const lines = Array.from({ length: 400 }, () => line);
    const whole = framing === 'ndjson' ? `${lines.join('\n')}\n` : `[${lines.join(',')}]`;
    const pieces = whole.match(/[^]{1,1000}/g) ?? [];
    const type = framing === 'ndjson' ? 'application/x-ndjson' : 'application/json';
    // The reader takes the data of an event for what the model wrote.
    const exact = { pieces, type, framing, isWhole: true };
    expect(outputOf(exact)).toBe((lines.length * line.length) / 4);
    const cut = { pieces: [whole.slice(0, 600)], type, framing };
    expect(outputOf(cut)).toBeGreaterThanOrEqual(Math.floor((600 - 3) / 4));
    expect(outputOf(cut)).toBeLessThanOrEqual(150);
  });

  it('is judged by the beginning of a long stream elsewhere', () => {
    const pieces = Array.from({ length: 4_000 }, () => event('x'.repeat(80)));
    const output = outputOf({ pieces, isExact: false }) ?? 0;
    expect(Math.abs(output - 80_000)).toBeLessThan(1_000);
  });

  it('is the content of a JSON, or all that came of one that broke off', () => {
    const type = 'application/json';
    const text = JSON.stringify({ id: 'reply', text: 'x'.repeat(400) });
    expect(outputOf({ pieces: [text], type, isWhole: true })).toBe(100);
    expect(outputOf({ pieces: [text.slice(0, 200)], type })).toBe(50);
    expect(outputOf({ pieces: [text.slice(0, 200)], type, as: undefined })).toBe(50);
  });

  it('is the content of the entries of a list that broke off', () => {
    const entry = JSON.stringify('x'.repeat(40));
    const type = 'application/json';
    expect(outputOf({ pieces: [`[{"a":${entry}},\r\n{"a":${entry}}`], type })).toBe(24);
    expect(outputOf({ pieces: [`[{"a":${entry}},{"a":${entry}},{"a":"x`], type })).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['an error in a stream', { pieces: [event('!')] }],
    ['an error in a JSON', { pieces: ['{"error":{"message":"No."}}'], type: 'application/json' }],
    ['the beginning of one', { pieces: ['{"error":{"mess'], type: 'application/json' }],
    ['a page', { pieces: ['<html>No.</html>'], type: 'text/html' }],
    ['nothing', { pieces: [] }],
  ])('is not counted of %s', (_, passed) => {
    expect(meterOf(passed).usage(() => INPUT)).toBeUndefined();
    expect(meterOf({ ...passed, as: undefined }).usage(() => INPUT)).toBeUndefined();
  });

  it('is as the upstream says where that can be', () => {
    const told = (input: number, output: number) => {
      const meter = meterOf({ pieces: [event('x'.repeat(40))], isWhole: true });
      meter.report({ input, output });
      return meter.usage(() => INPUT);
    };
    expect(told(3, 4)).toEqual({ input: 3, output: 4 });
    expect(told(0, 4)).toEqual({ input: INPUT, output: 10, estimated: true });
    expect(told(3, 0)).toEqual({ input: 3, output: 10, estimated: true });
    expect(told(-3, NaN)).toEqual({ input: INPUT, output: 10, estimated: true });
    expect(told(2.5, 1e300)).toEqual({ input: 3, output: 1e12 });
  });
});

it.each([
  ['by its text', 4_000, 1],
  ['by its length where it is long and nests too deep to be parsed', 200_000, 100_002],
])('a JSON counts %s', (_, depth, output) => {
  const text = `${'['.repeat(depth)}"text"${']'.repeat(depth)}`;
  const meter = meterOf({ pieces: [], type: 'application/json', as: 'text' });
  meter.push(Buffer.from(text));
  meter.end(Buffer.from(text));
  expect(meter.usage(() => INPUT)).toEqual({ input: INPUT, output, estimated: true });
});

it('text in a JSON counts without its names and numbers, and what is in base64 as a picture', () => {
  expect(textBytes({ id: 12, choices: [{ text: 'ab' }, null, ['c', true]] })).toBe(3);
  expect(textBytes({ b64: 'A'.repeat(1_000_000) })).toBe(4_000);
  expect(textBytes('語'.repeat(20_000))).toBe(60_000);
});

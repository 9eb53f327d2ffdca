import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, SUPERLINEAR } from '../../../../tests/support/cpu-time.ts';
import type { PackedCapture } from '../packed.ts';
import { readTimed } from './read-body.ts';
import { redactCapture } from './redact-capture.ts';
import { createRedactor } from './redact.ts';

const redactor = createRedactor({ paths: ['$..secret'], patterns: [], keepMedia: true });

/** A capture of a stream that came in these pieces, one each millisecond. */
function captured(pieces: readonly string[]): PackedCapture {
  const bytes = new Uint8Array(Buffer.from(pieces.join('')));
  let end = 0;
  const marks = pieces.flatMap((piece, at) => [(end += Buffer.byteLength(piece)), at * 100]);
  return {
    request: { method: 'POST', path: '/', headers: {}, query: '', wire: 'x', params: {} },
    exchanges: [],
    reply: {
      ...{ start: 0, length: bytes.length, firstMark: 0, pieces: pieces.length },
      ...{ size: bytes.length, missing: 0, headers: {} },
    },
    marks: Uint32Array.from(marks),
    bytes,
  } as PackedCapture;
}

const event = (value: string, line: string): string =>
  `event: x${line}data: {"secret":"${value}","b":"é"}${line}${line}`;

describe('a redacted stream', () => {
  it.each(['\n', '\r\n', '\r'])('loses nothing but its secrets, with lines that end in %j', (line) => {
    const text = ['one', 'two', 'three'].map((value) => event(value, line)).join('');
    const expected = event('[redacted]', line).repeat(3);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const capture = captured(at.slice(1).map((end, index) => text.slice(at[index], end)));
        const kept = redactCapture(capture, redactor);
        expect(readTimed(kept, kept.reply).text).toBe(expected);
      }),
    );
  });

  it.each(['\n', '\r\n', '\r'])('keeps when each event ended, with lines that end in %j', (line) => {
    const [one, two] = [event('one', line), event('two', line)];
    const kept = redactCapture(
      captured([one.slice(0, 9), one.slice(9) + two.slice(0, 5), two.slice(5)]),
      redactor,
    );
    const length = event('[redacted]', line).length;
    expect(readTimed(kept, kept.reply).marks).toEqual([
      [length, 1],
      [2 * length, 2],
    ]);
  });

  it('of lines of JSON loses the secrets of each line, the last one included', () => {
    const pieces = ['{"secret":"one"', '}\n{"secret":"two"}\n', '{"a":1,"secret":"three"}'];
    const { reply, ...capture } = captured(pieces);
    const headers = { 'content-type': 'application/x-ndjson' };
    const kept = redactCapture({ ...capture, reply: { ...reply, headers } }, redactor);
    const hidden = '{"secret":"[redacted]"}\n';
    expect(readTimed(kept, kept.reply)).toEqual({
      text: `${hidden}${hidden}{"a":1,"secret":"[redacted]"}`,
      marks: [
        [24, 1],
        [48, 1],
        [77, 2],
      ],
    });
  });

  it.each(['\n', '\r\n', '\r'])('takes time by its length, with lines that end in %j', async (line) => {
    const work = (n: number): (() => void) => {
      const capture = captured(Array.from({ length: n }, () => event('one', line)));
      return () => void redactCapture(capture, redactor);
    };
    expect(await growth(4_000, work)).toBeLessThan(SUPERLINEAR);
  });
});

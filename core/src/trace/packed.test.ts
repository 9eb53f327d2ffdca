import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Capture, CaptureBudget } from './capture.ts';
import { pack } from './packed.ts';
import { piecesOf, readText, readTimed } from './worker/read-body.ts';

const request = { wire: 'w', query: '', headers: {}, params: {} };
const capture = (limit = 1_000_000, bytes = 1_000_000): Capture =>
  new Capture(request, { limit, budget: new CaptureBudget(bytes) });

describe('a packed capture', () => {
  it('reads as what passed, in the pieces in which it passed, wherever letters were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (texts, size) => {
          const whole = Buffer.from(texts.join(''));
          const origin = performance.now() - 5;
          const taken = capture();
          for (let at = 0; at < whole.length; at += size) taken.reply.push(whole.subarray(at, at + size));
          const packed = pack(taken, origin);
          expect(readText(packed, packed.reply)).toBe(whole.toString());
          const timed = readTimed(packed, packed.reply);
          expect(timed.text).toBe(whole.toString());
          expect(timed.marks).toHaveLength(Math.ceil(whole.length / size));
          expect([...piecesOf(timed)].map(({ text }) => text).join('')).toBe(timed.text);
          const times = timed.marks.map(([, ms]) => ms);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(times.every((ms) => ms >= 4.99 && ms <= performance.now() - origin)).toBe(true);
        },
      ),
    );
  });

  it('holds a body that only passed once', () => {
    const taken = capture();
    const exchange = taken.send({ attempt: 0, method: 'POST', url: 'u', headers: {} });
    for (const piece of [Buffer.from('data: 1\n\n'), Buffer.from('data: 2\n\n')]) {
      exchange.reply.push(piece);
      taken.reply.push(piece);
    }
    const packed = pack(taken, 0);
    expect(packed.bytes.length).toBe(18);
    expect(packed.exchanges[0]?.reply.start).toBe(packed.reply.start);
    expect(readText(packed, packed.reply)).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('counts what is beyond its bounds, and keeps no hole in the middle', () => {
    const taken = capture(10);
    for (const text of ['12345', '1234567', '12345']) taken.reply.push(text);
    const packed = pack(taken, 0);
    expect(readText(packed, packed.reply)).toBe('12345');
    expect(packed.reply.missing).toBe(12);
  });

  it('cuts requests that are too long as well', () => {
    const taken = new Capture(
      { ...request, body: Buffer.from('1234567890') },
      { limit: 4, budget: new CaptureBudget(100) },
    );
    taken.send({ attempt: 0, method: 'POST', url: 'u', headers: {}, body: 'abcdefgh' });
    const packed = pack(taken, 0);
    expect(packed.request.body && readText(packed, packed.request.body)).toBe('1234');
    expect(packed.request.body?.missing).toBe(6);
    const [exchange] = packed.exchanges;
    expect(exchange?.body && readText(packed, exchange.body)).toBe('abcd');
  });

  it('leaves room for others when it is over', () => {
    const budget = new CaptureBudget(10);
    const first = new Capture(request, { limit: 100, budget });
    first.reply.push('12345678');
    const second = new Capture(request, { limit: 100, budget });
    second.reply.push('12345678');
    expect(second.reply.missing).toBe(8);
    first.release();
    const third = new Capture(request, { limit: 100, budget });
    third.reply.push('12345678');
    expect(third.reply.missing).toBe(0);
  });
});

import type { ChatEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplyLedger } from './reply-ledger.ts';

const start: ChatEvent = { type: 'block-start', index: 0, block: { type: 'text' } };
const end: ChatEvent = { type: 'block-end', index: 0 };
const delta = (text: string): ChatEvent => ({ type: 'block-delta', index: 0, delta: text });

/** Cuts a text at these places. */
function cut(text: string, places: readonly number[]): readonly ChatEvent[] {
  const at = [0, ...new Set(places.map((place) => place % text.length))].toSorted((a, b) => a - b);
  return [...new Set(at)].map((from, index, all) => delta(text.slice(from, all[index + 1]))).filter(isFull);
}
const isFull = (event: ChatEvent): boolean => event.type !== 'block-delta' || event.delta !== '';
const textOf = (events: readonly ChatEvent[]): string =>
  events.map((event) => (event.type === 'block-delta' ? event.delta : '')).join('');

it('sees no change where a text is cut into other pieces, and knows what is left of it', () => {
  const places = fc.array(fc.nat(100));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), places, places, fc.nat(), (text, taken, given, share) => {
      const ledger = new ReplyLedger();
      for (const event of [start, ...cut(text, taken)]) ledger.took(event);
      const pieces = cut(text, given);
      const told = pieces.slice(0, share % (pieces.length + 1));
      for (const event of [start, ...told]) ledger.gave(event);
      expect(ledger.isChanged).toBe(false);
      expect(textOf([...told, ...ledger.held])).toBe(text);
    }),
  );
});

it.each([
  ['another text', [start, delta('ab')], [start, delta('aX')]],
  ['more text', [start, delta('ab')], [start, delta('ab'), delta('c')]],
  ['an end before the text', [start, delta('ab'), end], [start, end]],
  ['an event of its own', [start], [{ ...start }]],
] as const)('sees %s', (_, taken, given) => {
  const ledger = new ReplyLedger();
  for (const event of taken) ledger.took(event);
  for (const event of given) ledger.gave(event);
  expect(ledger.isChanged).toBe(true);
});

it("sees at the end what was left out, but pings are nobody's", () => {
  const ledger = new ReplyLedger();
  ledger.took({ type: 'ping' });
  ledger.took(start);
  ledger.gave(start);
  ledger.end();
  expect(ledger.isChanged).toBe(false);
  ledger.took(end);
  ledger.end();
  expect(ledger.isChanged).toBe(true);
});

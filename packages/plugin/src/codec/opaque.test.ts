import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Opaque } from '../canonical/chat.ts';
import { createOpaqueBox } from './opaque.ts';

const box = createOpaqueBox(Buffer.alloc(32, 1));

const opaques = fc.record(
  {
    protocol: fc.constantFrom('anthropic', 'gemini', 'openai-responses'),
    kind: fc.constantFrom<Opaque['kind']>('thinking', 'redacted', 'reasoning', 'call'),
    data: fc.string({ unit: 'grapheme' }),
    itemId: fc.string(),
  },
  { requiredKeys: ['protocol', 'kind'] },
);

describe('opaque state in an envelope', () => {
  it('comes back as it went in, from padded base64 that others recognise', () => {
    fc.assert(
      fc.property(opaques, (opaque) => {
        const text = box.seal(opaque);
        expect(text).toMatch(/^eyJndyI6MS[A-Za-z0-9+/]*={0,2}$/);
        expect(text.length % 4).toBe(0);
        expect(box.open(text)).toEqual(opaque);
      }),
    );
  });

  it('does not open when it was altered, or sealed by another gateway', () => {
    const text = box.seal({ protocol: 'anthropic', kind: 'thinking', data: 'signature' });
    const fields = JSON.parse(Buffer.from(text, 'base64').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...fields, d: 'other' })).toString('base64');
    expect(box.open(forged)).toBeUndefined();
    expect(createOpaqueBox(Buffer.alloc(32, 2)).open(text)).toBeUndefined();
  });

  it.each(['', 'EqQBCkYIBBgC', 'eyJndyI6MS', 'eyJndyI6MX0='])(
    'leaves the foreign signature %j alone',
    (text) => {
      expect(box.open(text)).toBeUndefined();
    },
  );
});

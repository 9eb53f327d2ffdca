import { describe, expect, it } from 'vitest';
import { GatewayError } from '@dragoman/plugin';
import { createDoor } from './door.ts';

const refused = new GatewayError('auth', 'No.', { refused: 'unknown-key' });

function door() {
  const clock = { at: 1_000_000 };
  return { clock, ...createDoor(() => clock.at) };
}

describe('the door', () => {
  it('slows an address down that fails too often, until the minute is over', () => {
    const { clock, answer } = door();
    for (let n = 0; n < 100; n += 1) expect(answer(refused, '203.0.113.7')).toBe(refused);
    clock.at += 20_000;
    const slowed = answer(refused, '203.0.113.7');
    expect(slowed).toMatchObject({
      kind: 'rate-limit',
      details: { refused: 'too-many-failures', retryAfterMs: 40_000 },
    });
    expect(answer(refused, '203.0.113.8')).toBe(refused);
    clock.at += 40_000;
    expect(answer(refused, '203.0.113.7')).toBe(refused);
  });

  it('counts a whole network of IPv6 as one', () => {
    const { answer } = door();
    const kinds = Array.from({ length: 101 }, (_, n) => answer(refused, `2001:db8::${n.toString(16)}`).kind);
    expect(kinds.slice(0, 100).every((kind) => kind === 'auth')).toBe(true);
    expect(kinds[100]).toBe('rate-limit');
  });

  it('limits only failures of keys', () => {
    const { answer } = door();
    const missing = new GatewayError('not-found', 'No.', { refused: 'unknown-url' });
    for (let n = 0; n < 300; n += 1) expect(answer(missing, '203.0.113.7')).toBe(missing);
  });

  it('writes down a few refusals of each address and of all, and tells how many it left out', () => {
    const { clock, isSampled, takeLeftOut } = door();
    const sample = (address: string): number =>
      Array.from({ length: 50 }, () => isSampled(address)).filter(Boolean).length;
    expect(sample('10.0.0.1')).toBe(10);
    const others = Array.from({ length: 20 }, (_, n) => sample(`10.0.1.${n}`));
    expect(others.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(takeLeftOut()).toBe(0);
    clock.at += 60_000;
    expect(takeLeftOut()).toBe(21 * 50 - 60);
    expect(takeLeftOut()).toBe(0);
    expect(sample('10.0.0.1')).toBe(10);
  });

  it('counts a bounded number of addresses, and all others as one', () => {
    const { answer } = door();
    for (let n = 0; n < 10_000; n += 1) answer(refused, `10.${n >> 8}.${n & 255}.1`);
    const kinds = Array.from({ length: 101 }, (_, n) => answer(refused, `192.0.2.${n}`).kind);
    expect(kinds.at(-1)).toBe('rate-limit');
  });
});

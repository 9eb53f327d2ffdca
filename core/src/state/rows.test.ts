import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepUnknown, readRow } from './rows.ts';

const schema = z.strictObject({
  id: z.string(),
  limits: z.strictObject({ day: z.number().optional() }).optional(),
  steps: z.array(z.strictObject({ model: z.string() })).default([]),
  either: z.union([z.literal('off'), z.strictObject({ on: z.boolean() })]).optional(),
});

const read = (stored: unknown) => readRow(schema, stored, ['keys', 3]);

describe('readRow', () => {
  it('leaves out and names fields that it does not know, at any depth', () => {
    const stored = {
      id: 'a',
      team: 'red',
      limits: { day: 1, week: 5 },
      steps: [{ model: 'm' }, { model: 'n', tier: 2 }],
      either: { on: true, since: 'today' },
    };
    expect(read(stored)).toEqual({
      row: {
        id: 'a',
        limits: { day: 1 },
        steps: [{ model: 'm' }, { model: 'n' }],
        either: { on: true },
      },
      unknown: ['keys[3].limits.week', 'keys[3].steps[1].tier', 'keys[3].either.since', 'keys[3].team'],
    });
    expect(stored.limits.week).toBe(5);
  });

  it.each([
    ['no object', 5, 'keys[3]'],
    ['a wrong type', { id: 1, team: 'red' }, 'keys[3].id'],
    ['a wrong type below', { id: 'a', limits: { day: 'x' } }, 'keys[3].limits.day'],
    ['an unknown value', { id: 'a', either: 'half' }, 'keys[3].either'],
  ])('names the place of %s', (_, stored, path) => {
    expect(read(stored)).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });
});

describe('keepUnknown', () => {
  const known = { id: 'a', limits: { day: 1 }, steps: [{ model: 'm' }] };
  const stored = { ...known, team: 'red', limits: { day: 1, week: 5 }, steps: [{ model: 'm', tier: 2 }] };

  it('puts back what the change says nothing of', () => {
    expect(keepUnknown(stored, known, { ...known, id: 'b', limits: { day: 2 } })).toEqual({
      ...{ id: 'b', limits: { day: 2, week: 5 }, steps: [{ model: 'm', tier: 2 }], team: 'red' },
    });
  });

  it('leaves gone what the change removes, and lists that it changes as they are', () => {
    const steps = [{ model: 'n' }, { model: 'm' }];
    expect(keepUnknown(stored, known, { id: 'a', steps })).toEqual({ id: 'a', steps, team: 'red' });
  });

  it('stores what was stored where nothing changes', () => {
    const field = fc.dictionary(fc.constantFrom('day', 'week', 'team', '__proto__'), fc.jsonValue());
    fc.assert(
      fc.property(field, field, fc.jsonValue(), (extra, limits, other) => {
        const row = { ...extra, id: 'a', limits: { ...limits, day: 1 }, other };
        const plain = JSON.parse(JSON.stringify(row)) as unknown;
        const result = read(plain);
        if (!('row' in result)) return;
        const { steps: _, ...same } = result.row;
        expect(keepUnknown(plain, same, same)).toEqual(plain);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { match, matchInOrder } from './match.ts';

describe('match', () => {
  it.each([
    ['a subset of an object', { a: 1 }, { a: 1, b: 2 }],
    ['an array entry by entry', [{ a: 1 }, 2], [{ a: 1, b: 2 }, 2]],
    ['anything that is there', { a: { $any: true } }, { a: 0 }],
    ['what is absent', { a: { $absent: true } }, {}],
    ['null as absent', { a: { $absent: true } }, { a: null }],
    ['a pattern', { $match: '^ab?c' }, 'acd'],
    ['a type', { $type: 'array' }, []],
    ['an entry among others', { $contains: [{ a: 1 }] }, [{ a: 2 }, { a: 1, b: 3 }]],
    ['every entry', { $every: { $type: 'number' } }, [1, 2]],
    ['a length', { $len: 2 }, 'ab'],
    ['JSON in a string', { $json: { a: 1 } }, '{"a":1}'],
    ['text inside', { $text: 'needle' }, { a: ['a needle here'] }],
    ['limits', { $gte: 3, $lt: 4 }, 3],
    ['a limit elsewhere', { a: { b: { $ltPath: 'c' } }, c: 5 }, { a: { b: 4 }, c: 5 }],
    ['the same value twice', [{ $bind: 'id' }, { $bind: 'id' }], ['x', 'x']],
    ['an envelope', { $envelope: { p: 'gemini' } }, Buffer.from('{"gw":1,"p":"gemini"}').toString('base64')],
    ['an alternative', { $oneOf: [1, 2] }, 2],
    ['what is not', { $not: 'secret' }, 'public'],
    ['a missing value as what is not', { a: { $not: 'secret' } }, {}],
  ])('accepts %s', (_, wanted, actual) => {
    expect(match(wanted, actual)).toEqual([]);
  });

  it.each([
    ['a missing key', { a: 1 }, {}],
    ['another scalar', 1, '1'],
    ['a longer array', [1], [1, 2]],
    ['what should be absent', { a: { $absent: true } }, { a: 0 }],
    ['a missing value under an operator', { a: { $any: true } }, {}],
    ['no match', { $match: '^b' }, 'ab'],
    ['no number', { $type: 'number' }, '1'],
    ['no entry alike', { $contains: [3] }, [1, 2]],
    ['one entry apart', { $every: { $type: 'number' } }, [1, 'b']],
    ['another length', { $len: 2 }, [1]],
    ['broken JSON', { $json: {} }, '{'],
    ['a limit passed', { $lt: 4 }, 4],
    ['a different second value', [{ $bind: 'id' }, { $bind: 'id' }], ['x', 'y']],
    ['a signature that is no envelope', { $envelope: {} }, 'c2ln'],
    ['none of the alternatives', { $oneOf: [1, 2] }, 3],
    ['what must not be', { $not: { $match: 'secret' } }, 'a secret'],
  ])('refuses %s', (_, wanted, actual) => {
    expect(match(wanted, actual)).not.toEqual([]);
  });

  it('names the place of a difference', () => {
    expect(match({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toEqual(['$.a[0].b is 2, not 1']);
  });
});

describe('matchInOrder', () => {
  it('finds frames in order with others between', () => {
    expect(matchInOrder([{ a: 1 }, { a: 3 }], [{ a: 1 }, { a: 2 }, { a: 3 }])).toEqual([]);
  });

  it('refuses frames in another order', () => {
    expect(matchInOrder([{ a: 3 }, { a: 1 }], [{ a: 1 }, { a: 3 }])).not.toEqual([]);
  });

  it('binds names across frames', () => {
    expect(matchInOrder([{ id: { $bind: 'x' } }, { id: { $bind: 'x' } }], [{ id: 1 }, { id: 1 }])).toEqual(
      [],
    );
    expect(
      matchInOrder([{ id: { $bind: 'x' } }, { id: { $bind: 'x' } }], [{ id: 1 }, { id: 2 }]),
    ).not.toEqual([]);
  });
});

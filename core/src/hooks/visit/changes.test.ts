import { expect, it } from 'vitest';
import { changesOf } from './changes.ts';

it('names the paths that differ, with the beginning of each difference', () => {
  const before = { model: 'm', messages: [{ text: 'Hi.' }], stop: ['x'], sampling: { seed: 1 } };
  const after = { ...before, messages: [{ text: 'Ho.' }, { text: 'New.' }], sampling: {}, user: 'u' };
  expect(changesOf(before, after)).toEqual([
    { path: 'messages[0].text', before: 'Hi.', after: 'Ho.' },
    { path: 'messages[1]', after: '{"text":"New."}' },
    { path: 'sampling.seed', before: '1' },
    { path: 'user', after: 'u' },
  ]);
});

it('shows of long texts where they begin to differ', () => {
  const [one, other] = ['a'.repeat(1_000), 'b'.repeat(1_000)];
  const [change] = changesOf({ text: `${one}x${one}` }, { text: `${one}y${other}` });
  expect(change?.before).toBe(`…${'a'.repeat(20)}x${'a'.repeat(99)}…`);
  expect(change?.after).toBe(`…${'a'.repeat(20)}y${'b'.repeat(99)}…`);
});

it('lists no more than 50', () => {
  const after = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field${at}`, at]));
  expect(changesOf({}, after)).toHaveLength(50);
});

import { answer, defineHook, type Hook, type HookSetup, mapText, refuse } from '@dragoman/plugin';
import { z } from 'zod';
import type { HookContract } from '../src/hook/contract.ts';

const options = z.strictObject({
  word: z.string().meta({ title: 'Word', description: 'What is masked.' }),
});

/** Masks a word in requests and replies, refuses another and answers a third. */
export const sound = (word: string): Hook => ({
  request(request, { note }) {
    const text = JSON.stringify(request.messages);
    if (text.includes('forbidden')) refuse('That word is forbidden.', 'forbidden_word');
    if (text.includes('ping')) return answer(PONG);
    if (!text.includes(word)) return request;
    note({ rule: 'word', action: 'change' });
    return { ...request, messages: JSON.parse(text.replaceAll(word, '***')) as typeof request.messages };
  },
  attempt(request, { upstream, state }) {
    if (upstream === 'far') refuse('That is too far.', 'too_far');
    state.set('upstream', upstream);
    return { ...request, sampling: { temperature: upstream === 'hot' ? 1 : 0 } };
  },
  reply: (events) => mapText(events, () => maskWord(word)),
  raw(body, { note }) {
    if (body['user'] === 'banned') refuse('You are banned.', 'banned_user');
    if (body['user'] === undefined) return undefined;
    note({ rule: 'user', action: 'change' });
    const { user: _, ...rest } = body;
    return { ...rest, metadata: { by: 'mask' } };
  },
});

export const PONG = {
  ...{ id: 'r', model: 'm' },
  choices: [{ content: [{ type: 'text', text: 'pong' }], reason: 'stop' }],
} as const;

/** Holds back what may be the beginning of the word. */
export function maskWord(word: string): { push(text: string): string; end(): string } {
  let held = '';
  return {
    push(text) {
      held = (held + text).replaceAll(word, '***');
      let kept = Math.min(held.length, word.length - 1);
      while (!word.startsWith(held.slice(held.length - kept))) kept -= 1;
      const out = held.slice(0, held.length - kept);
      held = held.slice(out.length);
      return out;
    },
    end: () => held,
  };
}

export function contractOf(
  create: (word: string, setup: HookSetup) => Hook,
  own: object = {},
): HookContract<typeof options> {
  return {
    type: defineHook({
      ...{ name: 'mask', title: 'Mask', description: 'Masks a word.', options },
      create: ({ word }, setup) => create(word, setup),
    }),
    options: { word: 'secret' },
    secrets: ['secret'],
    requests: [
      { name: 'a plain text', expected: { messages: [{ content: [{ text: 'Hello' }] }] }, findings: [] },
      {
        ...{ name: 'a masked word', says: 'my secret' },
        expected: { messages: [{ content: [{ text: 'my ***' }] }] },
        findings: [{ rule: 'word', action: 'change' }],
      },
      { name: 'a forbidden word', says: 'forbidden', refused: 'forbidden_word' },
      { name: 'a ping', says: 'ping', answered: PONG },
    ],
    replies: [
      { name: 'a plain text', reply: 'Hello', expected: saying('Hello') },
      { name: 'a masked word', reply: 'a secret, see', expected: saying('a ***, see') },
    ],
    attempts: [
      { name: 'a cold upstream', says: 'my secret', expected: { sampling: { temperature: 0 } } },
      { name: 'a hot one', context: { upstream: 'hot' }, expected: { sampling: { temperature: 1 } } },
      { name: 'one that is too far', context: { upstream: 'far' }, refused: 'too_far' },
    ],
    bodies: [
      { name: 'nobody', body: { model: 'm', messages: [] }, findings: [] },
      { name: 'nothing', body: {}, findings: [] },
      {
        ...{ name: 'a user', body: { model: 'm', user: 'me', messages: [] } },
        expected: { user: undefined, metadata: { by: 'mask' }, messages: [] },
        findings: [{ rule: 'user', action: 'change' }],
      },
      { name: 'a banned user', body: { model: 'm', user: 'banned' }, refused: 'banned_user' },
    ],
    ...own,
  };
}

const saying = (text: string) => ({ choices: [{ content: [{ type: 'text' as const, text }] }] });

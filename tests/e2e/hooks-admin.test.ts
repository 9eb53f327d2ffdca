import { defineHook, definePlugin, secret } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import { echo } from '@dragoman/plugin-echo';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

/** Puts a word before the last message, and knows a secret. */
const prefix = defineHook({
  name: 'prefix',
  title: 'Prefix',
  description: 'Puts a word before what is asked.',
  options: z.strictObject({
    word: z.string().min(1).meta({ title: 'Word' }),
    token: secret(z.string().min(1)).optional(),
  }),
  create: ({ word, token }) => {
    if (word === 'impossible') throw new Error('This word is not possible.');
    return {
      request: (request) => ({
        ...request,
        system: [],
        messages: request.messages.map((message) =>
          message.role === 'user'
            ? {
                ...message,
                content: [
                  { type: 'text' as const, text: token ?? '' },
                  ...message.content,
                  { type: 'text' as const, text: word },
                ],
              }
            : message,
        ),
      }),
    };
  },
});
const plugin = definePlugin(() => ({ name: 'prefixes', hooks: [prefix] }));

interface HookView {
  readonly id: string;
  readonly origin: string;
  readonly runs: number | null;
  readonly failure: string | null;
  readonly options: Record<string, unknown>;
}

let gateway: RunningGateway;
const start = async (): Promise<void> => {
  gateway = await startGateway({
    plugins: [openai(), echo(), plugin()],
    hooks: [{ id: 'filed', hook: 'prefix', options: { word: 'from-file' } }],
  });
};
beforeEach(start);
afterEach(() => gateway.close());

const add = (id: string, more: object = {}) =>
  gateway.admin<HookView & { error?: { message: string } }>('POST', '/hooks', {
    id,
    hook: 'prefix',
    options: { word: `from-${id}`, token: 'tok-en-of-the-hook' },
    ...more,
  });
const list = () => gateway.admin<readonly HookView[]>('GET', '/hooks');

async function ask(): Promise<string> {
  const messages = [{ role: 'user', content: 'Hello.' }];
  const answer = await gateway.post('/v1/chat/completions', { model: 'echo', messages });
  return answer.text();
}

describe('hooks in the admin API', () => {
  it('are added, work at once, and show no secret', async () => {
    expect(await ask()).toContain('from-file');
    const added = await add('mine');
    expect(added).toMatchObject({ id: 'mine', origin: 'state', runs: 2, failure: null });
    expect(added.options).toEqual({ word: 'from-mine', token: { set: true } });
    const text = await ask();
    expect(text.indexOf('from-mine')).toBeGreaterThan(text.indexOf('from-file'));
    const stored = await readFile(join(gateway.folder, 'state.json'), 'utf8');
    expect(stored).toContain('from-mine');
    expect(stored).not.toContain('tok-en-of-the-hook');
  });

  it('are changed, switched off and removed', async () => {
    await add('mine');
    const changed = await gateway.admin<HookView>('PATCH', '/hooks/mine', { options: { word: 'new-word' } });
    expect(changed.options).toEqual({ word: 'new-word', token: { set: true } });
    const text = await ask();
    expect(text).toContain('new-word');
    expect(text).toContain('tok-en-of-the-hook');
    expect(await gateway.admin('PATCH', '/hooks/mine', { enabled: false })).toMatchObject({ runs: null });
    expect(await ask()).not.toContain('new-word');
    await gateway.admin('DELETE', '/hooks/mine');
    expect((await list()).map(({ id }) => id)).toEqual(['filed']);
  });

  it('are put into another order, if every one is named', async () => {
    await add('one');
    await add('two');
    expect(await gateway.admin('PUT', '/hooks/order', { ids: ['two'] })).toMatchObject({
      error: { code: 'conflict' },
    });
    await gateway.admin('PUT', '/hooks/order', { ids: ['two', 'one'] });
    expect((await list()).map(({ id, runs }) => [id, runs])).toEqual([
      ['filed', 1],
      ['two', 2],
      ['one', 3],
    ]);
  });

  it.each([
    ['a wrong option', { options: { word: '' } }, 'options.word'],
    ['an unknown option', { options: { word: 'x', wrod: 'y' } }, 'options.wrod'],
    ['an unknown kind', { hook: 'prefx' }, 'prefx'],
    ['what its plugin refuses', { options: { word: 'impossible' } }, 'This word is not possible.'],
    ['a taken name', { id: 'filed' }, 'already exists'],
  ])('are refused with %s', async (_, more, expected) => {
    expect(JSON.stringify(await add('mine', more))).toContain(expected);
    expect((await list()).map(({ id }) => id)).toEqual(['filed']);
  });

  it('of the config file are not changed here', async () => {
    for (const method of ['PATCH', 'DELETE'])
      expect(await gateway.admin(method, '/hooks/filed', method === 'PATCH' ? {} : undefined)).toMatchObject({
        error: { code: 'read-only' },
      });
  });

  it('come with the form of their options', async () => {
    const types = await gateway.admin<readonly { name: string; options: object }[]>('GET', '/hook-types');
    expect(types).toMatchObject([{ name: 'prefix', title: 'Prefix', options: { required: ['word'] } }]);
  });
});

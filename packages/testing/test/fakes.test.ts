import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  channel,
  type ChatEvent,
  defineProvider,
  GatewayError,
  isJsonObject,
  type JsonObject,
  parseJson,
} from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { acme } from '../../create-dragoman-plugin/template/stdio/src/index.ts';
import { checkProvider } from '../src/checks.ts';
import { startMockProcess, startMockSocket } from '../src/upstreams.ts';

/** One answer over a socket of its own: `{ "text": … }` until `{ "done": true }`. */
const socketProvider = defineProvider({
  name: 'socket',
  title: 'Socket',
  description: 'A server that answers over WebSocket.',
  options: z.strictObject({ url: z.url().meta({ title: 'URL', description: 'Where it listens.' }) }),
  create: ({ url }) => ({
    async *chat({ model }, { signal, requestId }): AsyncGenerator<ChatEvent> {
      const socket = new WebSocket(url);
      const messages = channel<string>(signal, { onStop: () => socket.close() });
      const lost = new GatewayError('upstream-unreachable', 'The server cannot be reached.');
      socket.addEventListener('open', () => socket.send(JSON.stringify({ model })));
      socket.addEventListener('message', ({ data }) => messages.push(String(data)));
      socket.addEventListener('error', () => messages.fail(lost));
      socket.addEventListener('close', () => messages.end());
      let isStarted = false;
      for await (const message of messages) {
        const said = parseJson(message);
        const { text, done, error }: JsonObject = isJsonObject(said) ? said : { error: true };
        if (error !== undefined) throw new GatewayError('upstream-broken', 'The server failed.');
        if (!isStarted) {
          yield { type: 'start', id: requestId, model };
          yield { type: 'block-start', index: 0, block: { type: 'text' } };
        }
        isStarted = true;
        if (typeof text === 'string' && text !== '') yield { type: 'block-delta', index: 0, delta: text };
        if (done !== true) continue;
        yield { type: 'block-end', index: 0 };
        yield { type: 'finish', reason: 'stop', usage: { input: 1, output: 2 } };
        return;
      }
      throw new GatewayError('upstream-broken', 'The answer was cut off.');
    },
  }),
});

const words = [{ text: 'Hel' }, { text: 'lo wörld 🙂' }];
const hello = { choices: [{ content: [{ type: 'text' as const, text: 'Hello wörld 🙂' }] }] };

it('holds a provider over WebSocket to the contract', async () => {
  const problems = await checkProvider({
    type: socketProvider,
    upstream: startMockSocket,
    options: (url) => ({ url }),
    answers: [{ name: 'with text', reply: { messages: [...words, { done: true }] }, expected: hello }],
    failures: [
      { name: 'an error', reply: { messages: [{ error: 'busy' }] }, kind: 'upstream-broken' },
      { name: 'a cut', reply: { messages: words, cut: true }, kind: 'upstream-unreachable', midstream: true },
      {
        name: 'a socket that is closed early',
        reply: { messages: words, close: { code: 1001, reason: 'going away' } },
        kind: 'upstream-broken',
        midstream: true,
      },
    ],
    silences: [
      { name: 'before the first word', reply: { hang: true } },
      { name: 'after a word', reply: { messages: words, hang: true } },
    ],
  });
  expect(problems).toEqual([]);
});

it('holds a provider over standard input and output to the contract', async () => {
  const problems = await checkProvider({
    type: ({ command, args }) => acme({ command, args }).providers[0],
    upstream: startMockProcess,
    options: () => ({}),
    answers: [{ name: 'with text', reply: { text: 'Hello wörld 🙂' }, expected: hello }],
    failures: [
      { name: 'a failure', reply: { exit: 3 }, kind: 'upstream-broken', midstream: true },
      {
        name: 'a failure after a word',
        reply: { text: 'Hel', errors: 'oops', exit: 3 },
        kind: 'upstream-broken',
        midstream: true,
      },
    ],
    silences: [
      { name: 'before the first word', reply: { hang: true } },
      { name: 'after a word', reply: { text: 'Hel', hang: true } },
    ],
    reportsUsage: false,
  });
  expect(problems).toEqual([]);
});

it('refuses a handshake, and answers what is no call beside the queue', async () => {
  const upstream = await startMockSocket();
  upstream.refuse(403);
  const refused = new WebSocket(upstream.url);
  await new Promise((resolve) => refused.addEventListener('error', resolve));
  upstream.handle(({ body }) =>
    isJsonObject(body) && 'token' in body ? { messages: [{ welcome: true }] } : undefined,
  );
  upstream.reply({ messages: ['plain', { a: 1 }], close: { code: 4000 } });
  const socket = new WebSocket(`${upstream.url}/talk?as=me`);
  const got: string[] = [];
  socket.addEventListener('message', ({ data }) => got.push(String(data)));
  socket.addEventListener('open', () => {
    socket.send('{"token":"t"}');
    socket.send('{"ask":"me"}');
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.addEventListener('close', ({ code }) => resolve(code));
  expect(await promise).toBe(4000);
  expect(got.toSorted()).toEqual(['plain', '{"a":1}', '{"welcome":true}'].toSorted());
  expect(upstream.calls).toMatchObject([{ path: '/talk', body: { ask: 'me' } }]);
  expect(upstream.lastCall.query.get('as')).toBe('me');
  await upstream.close();
});

it.each(['startMockUpstream', 'startMockSocket', 'startMockProcess'])(
  '%s does not keep a process from ending, such as a command that reads a config file',
  async (start) => {
    const module = import.meta.resolve('../src/upstreams.ts');
    const script = `import { ${start} } from '${module}'; await ${start}(); console.log('started');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('started\n');
  },
);

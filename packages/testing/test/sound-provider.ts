import {
  type CallContext,
  type ChatEvent,
  type ChatRequest,
  defineProvider,
  GatewayError,
  type HttpClient,
  type HttpReply,
  isJsonObject,
  type Provider,
  type ProviderSetup,
  type ProviderType,
  readFrames,
  secret,
  singleFlight,
} from '@dragoman/plugin';
import { z } from 'zod';
import type { ProviderContract } from '../src/provider/contract.ts';

const options = z.strictObject({
  baseUrl: z.url().meta({ title: 'Base URL', description: 'Where the server listens.' }),
  loginUrl: z.url().meta({ title: 'Login URL', description: 'Where tokens come from.' }),
  apiKey: secret(z.string().meta({ title: 'API key', description: 'Opens the login.' })),
});
type Options = z.output<typeof options>;

interface Tokens {
  get(context: CallContext): Promise<string>;
  renew(stale: string, context: CallContext): Promise<string>;
}

/** What a fault may replace. */
export interface Parts {
  readonly options: Options;
  readonly setup: ProviderSetup;
  readonly tokens: Tokens;
  /** The client that sends a call. */
  client(context: CallContext): HttpClient;
  /** Reads one event of the stream. */
  read(data: string): { readonly text?: string; readonly done?: boolean };
  fail(status: number): Error;
}

/** A provider without a fault, but for what is replaced. */
export function createProvider(own: Pick<Parts, 'options' | 'setup'> & Partial<Parts>): Provider {
  const { options, setup } = own;
  const parts: Parts = {
    tokens: singleFlight(() => logIn(setup.http, options), setup),
    client: ({ http }) => http,
    read: readEvent,
    fail: (status) =>
      new GatewayError(status === 429 ? 'rate-limit' : 'upstream-broken', `The server said ${status}.`),
    ...own,
  };
  return {
    chat: (request, context) => answer(request, context, parts),
    models: () => Promise.resolve([{ id: 'sound' }]),
  };
}

export async function logIn(http: HttpClient, { loginUrl, apiKey }: Options): Promise<string> {
  const { status, body } = await http.send({ method: 'POST', url: loginUrl, body: apiKey });
  let text = '';
  for await (const piece of body.setEncoding('utf8')) text += piece;
  if (status !== 200) throw new GatewayError('upstream-auth', 'The login was refused.');
  return text;
}

async function* answer(request: ChatRequest, context: CallContext, parts: Parts): AsyncGenerator<ChatEvent> {
  const { tokens, options, read, fail } = parts;
  const send = (authorization: string): Promise<HttpReply> =>
    parts.client(context).send({
      ...{ method: 'POST', url: `${options.baseUrl}/say`, headers: { authorization }, body: request.model },
    });
  const token = await tokens.get(context);
  let reply = await send(token);
  if (reply.status === 401) {
    reply.body.destroy();
    reply = await send(await tokens.renew(token, context));
  }
  if (reply.status !== 200) {
    reply.body.destroy();
    throw fail(reply.status);
  }
  try {
    yield { type: 'start', id: context.requestId, model: request.model };
    yield { type: 'block-start', index: 0, block: { type: 'text' } };
    let isDone = false;
    for await (const { data } of readFrames(reply.body, 'sse')) {
      const { text = '', done = false } = read(data);
      if (text !== '') yield { type: 'block-delta', index: 0, delta: text };
      isDone ||= done;
    }
    if (!isDone) throw new GatewayError('upstream-broken', 'The answer was cut off.');
    yield { type: 'block-end', index: 0 };
    yield { type: 'finish', reason: 'stop', usage: { input: 1, output: 2 } };
  } finally {
    reply.body.destroy();
  }
}

function readEvent(data: string): ReturnType<Parts['read']> {
  const value = parse(data);
  if (!isJsonObject(value)) return {};
  const { text, done } = value;
  return { ...(typeof text === 'string' && { text }), done: done === true };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new GatewayError('upstream-broken', 'The answer is not JSON.', { cause });
  }
}

export type SoundType = ProviderType<'sound', typeof options>;

export const soundProvider: SoundType = defineProvider({
  name: 'sound',
  title: 'Sound',
  description: 'A server that says what it is told to.',
  options,
  create: (options, setup) => createProvider({ options, setup }),
});

const stream = [{ data: { text: 'Hel' } }, { data: { text: 'lo' } }];

/** What a provider like the sound one promises. */
export function contractOf(type: ProviderType, patienceMs?: number): ProviderContract {
  return {
    type,
    options: (baseUrl, { loginUrl }) => ({ baseUrl, loginUrl, apiKey: 'key-of-the-test' }),
    secrets: ['key-of-the-test'],
    answers: [
      {
        name: 'with text',
        reply: { stream: [...stream, { data: { done: true } }] },
        expected: { choices: [{ content: [{ type: 'text', text: 'Hello' }] }] },
      },
    ],
    failures: [
      { name: 'a limit', reply: { status: 429 }, kind: 'rate-limit' },
      { name: 'a cut', reply: { stream, cut: true }, kind: 'upstream-broken', midstream: true },
    ],
    silences: [
      { name: 'before the headers', reply: { hang: 'headers' } },
      { name: 'after a word', reply: { stream, hang: true } },
    ],
    login: { reply: { rawBody: 'token' }, expired: { status: 401 } },
    models: { ids: ['sound'] },
    ...(patienceMs !== undefined && { patienceMs }),
  };
}

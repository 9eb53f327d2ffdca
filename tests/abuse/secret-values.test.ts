import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

/** The secrets of an upstream's options must not be recorded, wherever the upstream repeats them. */

const KEY = 'team"key-SECRET-ZERO';
const HEADERS = {
  'Ocp-Apim-Subscription-Key': 'SECRET-ONE-123456',
  'x-portkey-virtual-key': 'Bearer SECRET-TWO-123456',
  'x-short': 'SECRET',
};
const BARE = ['SECRET-ONE-123456', 'SECRET-TWO-123456', KEY];

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    traces: { record: 'full' },
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
        options: { apiKey: KEY, baseUrl: `${upstream.url}/v1`, headers: HEADERS },
      },
    ],
  });
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

/** All that the admin API shows of a request. */
const shown = async (id: string): Promise<string> => {
  const paths = [`/traces/${id}`, `/traces/${id}/detail`, `/traces/${id}/har`];
  const answers = await Promise.all(paths.map((path) => gateway.admin('GET', path)));
  return JSON.stringify(answers);
};

const ask = async (body: object = {}, content = 'hi'): Promise<{ id: string; text: string }> => {
  const messages = [{ role: 'user', content }];
  const response = await gateway.post('/v1/chat/completions', { model: 'm', messages, ...body });
  const text = await response.text();
  return { id: response.headers.get('x-request-id') ?? '', text };
};

const refused = (message: string, headers = {}): MockReply => ({
  ...{ status: 400, headers },
  body: { error: { message, type: 'invalid_request_error', code: 'bad' } },
});

const streamed = (message: string): MockReply => ({ stream: [{ data: { error: { message, code: 500 } } }] });
const masked = 'SECRET-O*****3456 or SECRET-TW...56';

const ECHOES: readonly (readonly [string, () => MockReply])[] = [
  ['nowhere', () => ({ body: openAiReply([{ text: ['hi'] }]) })],
  ['in a reply', () => ({ body: openAiReply([{ text: [`You sent ${BARE.join(' and ')}.`] }]) })],
  ['in an error', () => refused(`Wrong key: ${BARE.join(', ')}`)],
  ['in an error of status 200', () => ({ body: { error: { message: `Wrong: ${BARE.join(', ')}` } } })],
  ['in an error of a stream', () => streamed(`Wrong: ${BARE.join(', ')}`)],
  [
    'in a field of another name',
    () => ({ body: { ...openAiReply([{ text: ['hi'] }]), [BARE[0] ?? '']: 1 } }),
  ],
  [
    'in headers',
    () => ({ ...refused('No.'), headers: { 'x-echo': BARE.join(' '), 'x-request-id': BARE[1] ?? '' } }),
  ],
];

describe('secrets that an upstream repeats', () => {
  it.each(ECHOES)('are not recorded: %s', async (_, reply) => {
    const given = reply();
    upstream.reply(given);
    const { id } = await ask({ stream: 'stream' in given });
    expect(upstream.lastCall.headers['x-portkey-virtual-key']).toBe(HEADERS['x-portkey-virtual-key']);
    const all = await shown(id);
    expect(all).toContain('[redacted]');
    expect(all).not.toContain('SECRET');
  });

  it.each(ECHOES.filter(([name]) => name.startsWith('in an error')))(
    'do not reach the client: %s',
    async (_, reply) => {
      const given = reply();
      upstream.reply(given);
      const { text } = await ask({ stream: 'stream' in given });
      expect(text).toContain('error');
      expect(text).not.toContain('SECRET');
    },
  );

  it('do not reach the client in an error behind the first content of a stream', async () => {
    const frames = openAiStream([{ text: ['Hel', 'lo'] }]).slice(0, 2);
    const error = { message: `Wrong: ${BARE.join(', ')}`, code: 500 };
    upstream.reply({ stream: [...frames, { data: { error } }] });
    const { text } = await ask({ stream: true });
    expect(text).toContain('Hel');
    expect(text).toContain('Wrong: [redacted], [redacted], [redacted]');
    expect(text).not.toContain('SECRET');
  });

  it('do not reach the client masked either, which leaves too much of them', async () => {
    upstream.reply(refused(`Wrong key: ${masked}`), streamed(`Wrong key: ${masked}`));
    for (const stream of [false, true]) {
      const { text } = await ask({ stream });
      expect(text).toContain('Wrong key: [redacted] or [redacted]');
    }
  });

  it('are not recorded when a client says them either', async () => {
    upstream.reply({ body: openAiReply([{ text: ['hi'] }]) });
    const { id } = await ask({ user: KEY }, BARE.join(' '));
    expect(await shown(id)).not.toContain('SECRET');
  });
});

describe('a secret that the network cuts into pieces', () => {
  const text = [BARE.join(' ')];
  it.each([
    ['a stream', { stream: openAiStream([{ text }]) }],
    ['a reply', { body: openAiReply([{ text }]) }],
  ] as const)('is not recorded: in %s', async (_, reply) => {
    upstream.reply({ ...reply, chunkBytes: 7 });
    const { id } = await ask({ stream: 'stream' in reply });
    const all = await shown(id);
    expect(all).toContain('[redacted] [redacted] [redacted]');
    expect(all).not.toContain('SECRET');
  });
});

describe('secrets that an admin changes', () => {
  it('are known from then on, and the former ones still are', async () => {
    const options = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-first-SECRET' };
    const models = { list: ['added'] };
    await gateway.admin('POST', '/upstreams', { id: 'more', provider: 'openai', models, options });
    await gateway.admin('PATCH', '/upstreams/more', { options: { apiKey: 'sk-second-SECRET' } });
    upstream.reply({ body: openAiReply([{ text: ['sk-first-SECRET, sk-second-SECRET'] }]) });
    const { id } = await ask({ model: 'added' });
    expect(upstream.lastCall.headers['authorization']).toBe('Bearer sk-second-SECRET');
    const all = await shown(id);
    expect(all).toContain('[redacted], [redacted]');
    expect(all).not.toContain('SECRET');
  });
});

import type { TraceRecord } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { guard } from '@dragoman/plugin-guard';
import { openai } from '@dragoman/plugin-openai';
import { failureOf } from '@dragoman/testing';
import {
  type MockUpstream,
  type OpenAiPart,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Question } from '../matrix/client.ts';
import { anthropicMessages, googleGenAi, openAiChat, openAiResponses } from '../matrix/sdk-clients.ts';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const CLIENTS = [openAiChat, openAiResponses, anthropicMessages, googleGenAi].map(
  (client) => [client.name, client] as const,
);
const [SPEAKER] = SPEAKERS;
const MAIL = 'alice@example.com';
const KEY = 'sk-aB3dE6gH9jK2mN5pQ8sT1vW4';

interface GuardInput {
  readonly options: object;
  readonly shadow?: boolean;
  readonly onError?: 'open' | 'closed';
  readonly isTraced?: boolean;
}

async function start(
  upstream: MockUpstream,
  { isTraced = false, ...hook }: GuardInput,
  speaker = SPEAKER,
): Promise<RunningGateway> {
  return await startGateway({
    plugins: [openai(), anthropic(), gemini(), echo(), guard()],
    upstreams: speaker ? [{ id: 'up', ...speaker.config(upstream.url), models: { list: ['m'] } }] : [],
    hooks: [{ id: 'guard', hook: 'guard', ...hook }] as never,
    ...(isTraced && { traces: { record: 'no-bodies' } }),
  });
}

const schema = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] };
const asked = (stream: boolean, text: string): Question => ({
  ...{ model: 'm', stream, text },
  tools: [{ name: 'send', schema }],
});
const sentTo = (upstream: MockUpstream): string => upstream.lastCall.rawBody.toString();

describe.each(SPEAKERS.map((speaker) => [speaker.wire, speaker] as const))(
  'a guard before an upstream of %s',
  (_wire, speaker) => {
    let upstream: MockUpstream;
    let gateway: RunningGateway;
    beforeAll(async () => {
      upstream = await startMockUpstream();
      gateway = await start(upstream, { options: { emails: 'mask' } }, speaker);
    });
    beforeEach(() => upstream.reset());
    afterAll(async () => {
      await gateway.close();
      await upstream.close();
    });

    describe.each(CLIENTS)('asked with %s', (_name, client) => {
      it.each([false, true])('masks a request and puts it back, streamed: %s', async (isStream) => {
        const said: readonly OpenAiPart[] = [
          { text: ['I write to [EM', 'AIL_1', '], not [EMAIL_2].'] },
          { tools: [{ id: 'call_1', name: 'send', arguments: ['{"to":"[EMAI', 'L_1]"}'] }] },
        ];
        upstream.reply(isStream ? { stream: speaker.stream(said) } : { body: speaker.reply(said) });
        const answer = await client.connect(gateway)(asked(isStream, `Write to ${MAIL}, please.`));
        expect(answer.text).toBe(`I write to ${MAIL}, not [EMAIL_2].`);
        expect(answer.calls).toEqual([{ name: 'send', args: { to: MAIL } }]);
        expect(sentTo(upstream)).toContain('Write to [EMAIL_1], please.');
        expect(sentTo(upstream)).not.toContain('alice');
      });
    });
  },
);

describe('a guard', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeEach(async () => {
    upstream = await startMockUpstream();
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  it.each(CLIENTS)('refuses a request of %s in its own protocol', async (_name, client) => {
    gateway = await start(upstream, { options: { secrets: 'refuse' } });
    const failure = await failureOf(client.connect(gateway)(asked(false, `My key is ${KEY}`)));
    expect(failure).toMatchObject({ status: 400 });
    expect(String(failure)).toMatch(/The conversation contains what the rule \\?"secret\\?" of this gateway/);
    expect(String(failure)).not.toContain(KEY);
    expect(upstream.calls).toEqual([]);
  });

  it.each(CLIENTS)('ends a stream to %s before a secret', async (_name, client) => {
    gateway = await start(upstream, { options: { secrets: 'refuse', places: ['reply'] } });
    const said = [{ text: ['The key is ', KEY.slice(0, 9), KEY.slice(9), '. Bye.'] }];
    upstream.reply({ stream: openAiStream(said) });
    const failure = await failureOf(client.connect(gateway)(asked(true, 'Which key?')));
    expect(String(failure)).toContain('The reply contains what the rule');
  });

  it('masks what tools returned and what they were called with', async () => {
    gateway = await start(upstream, { options: { emails: 'mask', phones: 'mask' } });
    upstream.reply({ body: openAiReply([{ text: ['Done, [PHONE_1].'] }]) });
    const call = { name: 'find', arguments: JSON.stringify({ mail: MAIL, line: `"${MAIL}"\n` }) };
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages: [
        { role: 'user', content: 'Find her.' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: call }] },
        { role: 'tool', tool_call_id: 'c1', content: '{"phone":"+44 20 7946 0958","n":1.50}' },
      ],
    });
    const reply = (await response.json()) as { choices: { message: { content: string } }[] };
    expect(reply.choices[0]?.message.content).toBe('Done, +44 20 7946 0958.');
    expect(upstream.lastCall.body).toMatchObject({
      messages: [
        {},
        { tool_calls: [{ function: { arguments: '{"mail":"[EMAIL_1]","line":"\\"[EMAIL_1]\\"\\n"}' } }] },
        { content: '{"phone":"[PHONE_1]","n":1.50}' },
      ],
    });
  });

  it('masks arguments that are no JSON, results that are one string of JSON, and names', async () => {
    gateway = await start(upstream, { options: { emails: 'mask' } });
    const call = { name: 'find', arguments: `to=${MAIL}` };
    await gateway.chat({
      model: 'm',
      messages: [
        { role: 'user', name: MAIL, content: 'Find her.' },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: call }] },
        { role: 'tool', tool_call_id: 'c1', content: '"alice\\u0040example.com"' },
      ],
    });
    expect(upstream.lastCall.body).toMatchObject({
      messages: [
        { name: '[EMAIL_1]' },
        { tool_calls: [{ function: { arguments: 'to=[EMAIL_1]' } }] },
        { content: '"[EMAIL_1]"' },
      ],
    });
  });

  it.each([false, true])('masks prose where JSON was asked for, streamed: %s', async (stream) => {
    gateway = await start(upstream, { options: { emails: 'mask', places: ['reply'] } });
    const said = [{ text: ['No. Ask ali', 'ce@example', '.com "soon".'] }];
    upstream.reply(stream ? { stream: openAiStream(said) } : { body: openAiReply(said) });
    const response = await gateway.post('/v1/chat/completions', {
      ...{ model: 'm', stream, response_format: { type: 'json_object' } },
      messages: [{ role: 'user', content: 'Who? Answer in JSON.' }],
    });
    const text = await response.text();
    expect(text).toContain('[EMAIL_1]');
    expect(text).not.toContain('ali');
    expect(text).not.toContain('example');
  });

  it('keeps a prompt that is only counted from the upstream, too', async () => {
    gateway = await start(
      upstream,
      { options: { emails: 'mask' } },
      SPEAKERS.find(({ wire }) => wire === 'anthropic'),
    );
    const messages = [{ role: 'user', content: `Write to ${MAIL}` }];
    const response = await gateway.post('/v1/messages/count_tokens', { model: 'm', messages });
    expect(response.headers.get('x-dragoman-estimated')).toBe('true');
    expect(((await response.json()) as { input_tokens: number }).input_tokens).toBeGreaterThan(3);
    expect(upstream.calls).toEqual([]);
  });

  it('lets a stream flow while nothing can match', async () => {
    gateway = await start(upstream, { options: { secrets: 'mask', emails: 'mask', places: ['reply'] } });
    const { promise: seen, resolve } = Promise.withResolvers<void>();
    const frames = openAiStream([{ text: ['Hello, ', 'you. ', 'Bye'] }]);
    const held = async function* () {
      yield* frames.slice(0, 2);
      // The rest comes only once the client has the beginning.
      await seen;
      yield* frames.slice(2);
    };
    upstream.reply({ stream: held() });
    const response = await gateway.post('/v1/chat/completions', {
      ...{ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] },
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.includes('Hello, ')) resolve();
    }
    expect(text).toContain('Bye');
  });

  it.each([false, true])(
    'tells the trace what it found, and not what that was; as a shadow: %s',
    async (shadow) => {
      const places = ['messages', 'reply'];
      gateway = await start(upstream, {
        options: { emails: 'mask', secrets: 'pass', places },
        shadow,
        isTraced: true,
      });
      upstream.reply({ stream: openAiStream([{ text: ['[EMAIL_1], bob@', 'example.com ', KEY] }]) });
      const body = { stream: true, model: 'm', messages: [{ role: 'user', content: MAIL }] };
      const id = await gateway.chat(body);
      const readHooks = async () => (await gateway.admin<TraceRecord>('GET', `/traces/${id}`)).hooks;
      await expect.poll(readHooks).toMatchObject([
        {
          hook: 'guard',
          phase: 'request',
          action: 'change',
          findings: [{ rule: 'email', action: 'change' }],
        },
        {
          ...{ hook: 'guard', phase: 'reply', action: 'change' },
          findings: [
            { rule: 'email', action: 'change', detail: '1 in reply' },
            { rule: 'secret', action: 'pass', detail: '1 in reply' },
          ],
        },
      ]);
      expect(JSON.stringify(await readHooks())).not.toMatch(/alice|bob|sk-aB3/);
      expect(sentTo(upstream).includes(MAIL)).toBe(shadow);
    },
  );

  it('refuses what a pattern takes too long for, unless it may be open', async () => {
    const options = { patterns: { long: '(?:a?){900}a{900}' } };
    const text = 'a'.repeat(200_000);
    gateway = await start(upstream, { options });
    const failure = await failureOf(openAiChat.connect(gateway)(asked(false, text)));
    expect(failure).toMatchObject({ status: 500 });
    await gateway.close();
    gateway = await start(upstream, { options, onError: 'open' });
    upstream.reply({ body: openAiReply([{ text: ['Hi'] }]) });
    expect(await openAiChat.connect(gateway)(asked(false, text))).toMatchObject({ text: 'Hi' });
  });
});

describe('the webhook of a guard', () => {
  let upstream: MockUpstream;
  let judge: MockUpstream;
  let gateway: RunningGateway;
  beforeEach(async () => {
    [upstream, judge] = [await startMockUpstream(), await startMockUpstream()];
    gateway = await start(upstream, {
      options: {
        webhookUrl: `${judge.url}/judge`,
        webhookSecret: 'of-my-own',
        webhookTimeoutMs: 50,
        webhookOn: 'both',
      },
    });
  });
  afterEach(async () => {
    await gateway.close();
    await Promise.all([upstream.close(), judge.close()]);
  });

  it('judges a request and its reply', async () => {
    judge.handle('/judge', () => ({ body: { action: 'mask', values: [{ value: 'Alice', label: 'NAME' }] } }));
    upstream.reply({ stream: openAiStream([{ text: ['Dear [NA', 'ME_1] and Al', 'ice'] }]) });
    const answer = await openAiChat.connect(gateway)(asked(true, 'I am Alice.'));
    expect(answer.text).toBe('Dear Alice and Alice');
    expect(sentTo(upstream)).toContain('I am [NAME_1].');
    expect(judge.calls.map(({ body }) => body)).toMatchObject([
      { phase: 'request', texts: [{ place: 'messages', role: 'user', text: 'I am Alice.' }] },
      { phase: 'reply', texts: [{ place: 'reply', role: 'assistant', text: 'Dear [NAME_1] and Alice' }] },
    ]);
    expect(judge.lastCall.headers['x-dragoman-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
  });

  it.each([
    ['does not answer', { hang: 'headers' }],
    ['fails', { status: 500, body: {} }],
    ['says something else', { body: { verdict: 'fine' } }],
  ] as const)('closes the gate if it %s', async (_what, reply) => {
    judge.handle('/judge', () => reply);
    expect(await failureOf(openAiChat.connect(gateway)(asked(false, 'Hi')))).toMatchObject({ status: 500 });
    expect(upstream.calls).toEqual([]);
  });
});

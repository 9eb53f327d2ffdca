import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ChatEvent } from '@dragoman/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EMPTY_PROMPT,
  type Message,
  mockedResult,
  type Prompt,
} from '../../console/features/playground/prompt.ts';
import { createReader, NOTHING_SAID, type Said } from '../../console/features/playground/read-event.ts';
import { fromFragment, toFragment } from '../../console/features/playground/share.ts';
import { toRequest } from '../../console/features/playground/to-request.ts';
import { curlOf } from '../../console/features/traces/view/curl.ts';
import type { Code, Protocol, Trace, TraceDetail } from '../../console/lib/admin/types.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const run = promisify(execFile);

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ traces: { record: 'full' } });
});
afterAll(() => gateway.close());

const TOOLS = JSON.stringify([
  {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
]);

const PROTOCOLS = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'];

const user = (text: string, images: readonly string[] = []): Message => ({ role: 'user', text, images });

const promptOf = (protocol: string, messages: readonly Message[], change: Partial<Prompt> = {}): Prompt => ({
  ...EMPTY_PROMPT,
  ...{ protocol, messages, ...change },
});

interface Heard extends Said {
  readonly names: readonly string[];
  readonly head: object;
}

/** Asks as the playground does, and reads the answer as it does. */
async function ask(protocol: string, messages: readonly Message[]): Promise<Heard> {
  const prompt = promptOf(protocol, messages, {
    ...{ system: 'Be brief.', tools: TOOLS, parameters: { temperature: 0.5, maxTokens: 5_000 } },
  });
  const stream = await gateway.admin<string>(
    'POST',
    '/playground/chat',
    toRequest(prompt, { model: 'echo' }),
  );
  const frames = stream.split('\n\n').flatMap((frame) => {
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    return name === '' ? [] : [{ name, data }];
  });
  const read = createReader();
  let said = NOTHING_SAID;
  for (const { name, data } of frames) {
    if (name === 'event') said = { ...said, ...read(said, JSON.parse(data) as ChatEvent) };
  }
  const head = JSON.parse(frames.find(({ name }) => name === 'head')?.data ?? '{}') as object;
  return { ...said, names: frames.map(({ name }) => name), head };
}

const codeFor = async (prompt: Prompt): Promise<Readonly<Record<string, string>>> => {
  const input = { ...toRequest(prompt, { model: 'echo' }), origin: gateway.url };
  const code = await gateway.admin<Code>('POST', '/playground/code', input);
  return Object.fromEntries(code.map(({ name, text }) => [name, text]));
};

describe.each(PROTOCOLS)('the playground by %s', (protocol) => {
  it('goes through a loop of tools', async () => {
    const asked = user('Please call get_weather.');
    const { calls, usage, finish, head, names } = await ask(protocol, [asked]);
    expect(calls).toMatchObject([{ name: 'get_weather' }]);
    expect(JSON.parse(calls[0]?.arguments ?? '')).toHaveProperty('city');
    expect(usage.input).toBeGreaterThan(0);
    expect(finish).toBe('tool-use');
    expect(head).toMatchObject({ upstream: 'echo', model: 'echo', attempts: 1, dropped: [] });
    expect(new Set(names)).toEqual(new Set(['head', 'raw', 'event']));

    const [call] = calls;
    if (!call) return;
    const answer = await ask(protocol, [
      asked,
      { role: 'assistant', text: '', calls },
      { role: 'tool', callId: call.id, name: call.name, text: 'twenty five degrees', isError: false },
    ]);
    expect(answer.text).toContain('twenty five degrees');
  });

  it('asks for the effort that is wished', async () => {
    const prompt = promptOf(protocol, [user('Think.')], {
      parameters: { effort: 'high', maxTokens: 30_000 },
    });
    const { curl = '' } = await codeFor(prompt);
    expect(curl).toMatch(
      /"reasoning_effort": "high"|"effort": "high"|"budget_tokens": \d|"thinkingBudget": \d/,
    );
  });

  it('takes a picture along', async () => {
    const pixel =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const { text } = await ask(protocol, [user('What is this?', [pixel])]);
    expect(text).toContain('What is this?');
  });

  it('gives a command that runs, whatever is in it', async () => {
    const text = `It's "quoted" and $PATH and \`date\` \\ 中文`;
    const { curl = '' } = await codeFor(promptOf(protocol, [user(text)]));
    const env = { ...process.env, GATEWAY_API_KEY: gateway.key };
    const { stdout } = await run('bash', ['-c', curl], { env });
    for (const word of text.split(' ')) expect(stdout).toContain(JSON.stringify(word).slice(1, -1));
  });

  it('tells why there is no answer', async () => {
    const asked = toRequest(promptOf(protocol, [user('Hello')]), { model: 'nobody-has-it' });
    const stream = await gateway.admin<string>('POST', '/playground/chat', asked);
    expect(stream).toMatch(/^event: error\ndata: \{"message":".*nobody-has-it/m);
    expect(stream).toMatch(/^event: head\ndata: \{"id":"req_/);
  });
});

describe('the playground', () => {
  it('takes what is larger than other operations take, such as pictures', async () => {
    const image = `data:image/png;base64,${'A'.repeat(2_000_000)}`;
    expect((await ask('openai-chat', [user('Large', [image])])).text).toContain('Large');
  });

  it('names what a protocol cannot say, and an unknown protocol', async () => {
    const prompt = promptOf('nonsense', [user('Hello')]);
    const refused = await gateway.admin<object>(
      'POST',
      '/playground/chat',
      toRequest(prompt, { model: 'echo' }),
    );
    expect(refused).toMatchObject({ error: { code: 'invalid', issues: [{ path: 'protocol' }] } });
  });

  it('knows the protocols with what clients begin with', async () => {
    const protocols = await gateway.admin<readonly Protocol[]>('GET', '/protocols');
    expect(protocols.map(({ name }) => name)).toEqual(PROTOCOLS);
    for (const { curl, setups } of protocols) {
      expect(curl).toContain('{{origin}}/');
      expect(setups.length).toBeGreaterThan(0);
    }
  });

  it('gives results of calls back together', () => {
    const result = (callId: string): Message => ({
      role: 'tool',
      callId,
      name: 'n',
      text: 't',
      isError: false,
    });
    const { request } = toRequest(promptOf('p', [user('a'), result('1'), result('2'), user('b')]), {
      model: 'm',
    });
    expect(request.messages.map(({ content }) => content.length)).toEqual([1, 2, 1]);
  });
});

describe('the code for Gemini', () => {
  it('names the model, and runs', async () => {
    const { TypeScript = '', Python = '' } = await codeFor(promptOf('gemini', [user('Hello')]));
    expect(Python).toContain(`${gateway.url}/v1beta/models/echo:generateContent`);
    const env = { ...process.env, GATEWAY_API_KEY: gateway.key };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', TypeScript], { env });
    expect(stdout).toBe('You said: Hello\n');
    const python = await run('python3', ['-c', Python], { env }).catch((error: unknown) => String(error));
    // Not every machine has Python; one that has runs it.
    if (typeof python !== 'string') expect(python.stdout).toBe('You said: Hello\n');
    else expect(python).toContain('ENOENT');
  });
});

describe('a trace as a command', () => {
  it('sends the same again', async () => {
    const id = await gateway.chat({ model: 'echo', messages: [{ role: 'user', content: "It's me & you" }] });
    const curl = curlOf(
      await gateway.admin<Trace>('GET', `/traces/${id}`),
      await gateway.admin<TraceDetail>('GET', `/traces/${id}/detail`),
      gateway.url,
    );
    expect(curl).not.toContain(gateway.key);
    const { stdout } = await run('bash', ['-c', curl], {
      env: { ...process.env, GATEWAY_API_KEY: gateway.key },
    });
    expect(stdout).toContain("It's me & you");
  });
});

describe('a shared prompt', () => {
  it('comes back as it was, without large pictures', async () => {
    const images = ['data:image/png;base64,AAAA', `data:image/png;base64,${'A'.repeat(40_000)}`];
    const prompt = { ...EMPTY_PROMPT, messages: [{ role: 'user' as const, text: '你好 🙂', images }] };
    const fragment = await toFragment({ prompt, models: ['a', 'b'] });
    expect(fragment).toMatch(/^p=[\w-]+$/);
    expect(await fromFragment(`#${fragment}`)).toEqual({
      prompt: { ...prompt, messages: [{ role: 'user', text: '你好 🙂', images: images.slice(0, 1) }] },
      models: ['a', 'b'],
    });
  });

  it.each(['', '#', '#p=', '#p=nonsense', '#token=x'])('is not read out of %j', async (fragment) => {
    expect(await fromFragment(fragment)).toBeUndefined();
  });
});

describe('a mocked tool', () => {
  const call = { id: 'c', name: 'weather', arguments: '{"city":"Rome","days":2}' };

  it.each([
    ['{"weather":"Sunny in {{city}} for {{days}} days."}', 'Sunny in Rome for 2 days.'],
    ['{"weather":{"city":"{{city}}"}}', '{"city":"Rome"}'],
    ['{"other":"x"}', undefined],
    ['', undefined],
  ])('by %s answers %s', (mocks, expected) => {
    expect(mockedResult(mocks, call)).toBe(expected);
  });
});

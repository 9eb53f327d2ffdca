import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeFor } from '../../console/features/playground/code.ts';
import { encode } from '../../console/features/playground/encode.ts';
import {
  type Call,
  type Message,
  mockedResult,
  PROTOCOLS,
  type ProtocolName,
  readTools,
} from '../../console/features/playground/prompt.ts';
import { createReader, type Told } from '../../console/features/playground/read-stream.ts';
import { fromFragment, toFragment } from '../../console/features/playground/share.ts';
import { EMPTY_PROMPT } from '../../console/features/playground/prompt.ts';
import { curlOf } from '../../console/features/traces/view/curl.ts';
import type { Trace, TraceDetail } from '../../console/lib/types.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const run = promisify(execFile);

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ traces: { record: 'full' } });
});
afterAll(() => gateway.close());

const TOOLS = readTools(
  JSON.stringify([
    {
      name: 'get_weather',
      description: 'The weather in a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ]),
);

interface Heard {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly told: readonly Told[];
}

/** Asks as the playground does, and reads the answer as it does. */
async function ask(protocol: ProtocolName, messages: readonly Message[]): Promise<Heard> {
  const { path, body } = encode(protocol, {
    prompt: { system: 'Be brief.', parameters: { temperature: 0.5, maxTokens: 500 } },
    ...{ messages, tools: TOOLS, model: 'echo' },
  });
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  expect(response.status, answer).toBe(200);
  const read = createReader(protocol);
  const told = answer
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .flatMap((line) => read(line.slice(5).trim()));
  const calls: Call[] = [];
  for (const one of told) {
    if (one.type !== 'call') continue;
    if (one.name !== undefined) calls.push({ id: one.id ?? '', name: one.name, arguments: one.fragment });
    else {
      const last = calls.pop();
      if (last) calls.push({ ...last, arguments: last.arguments + one.fragment });
    }
  }
  return { text: told.map((one) => (one.type === 'text' ? one.text : '')).join(''), calls, told };
}

describe.each(PROTOCOLS)('the playground by %s', (protocol) => {
  it('goes through a loop of tools', async () => {
    const asked: Message = { role: 'user', text: 'Please call get_weather.', images: [] };
    const { calls, told } = await ask(protocol, [asked]);
    expect(calls).toMatchObject([{ name: 'get_weather' }]);
    expect(JSON.parse(calls[0]?.arguments ?? '')).toHaveProperty('city');
    expect(told.find(({ type }) => type === 'usage')).toBeDefined();
    expect(told.find(({ type }) => type === 'finish')).toBeDefined();

    const [call] = calls;
    if (!call) return;
    const answer = await ask(protocol, [
      asked,
      { role: 'assistant', text: '', calls },
      { role: 'tool', callId: call.id, name: call.name, text: 'twenty five degrees', isError: false },
    ]);
    expect(answer.text).toContain('twenty five degrees');
  });

  it('takes a picture along', async () => {
    const pixel =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const { text } = await ask(protocol, [{ role: 'user', text: 'What is this?', images: [pixel] }]);
    expect(text).toContain('What is this?');
  });

  it('gives a command that runs, whatever is in it', async () => {
    const text = `It's "quoted" and $PATH and \`date\` \\ 中文`;
    const request = encode(protocol, {
      prompt: { system: '', parameters: {} },
      ...{ messages: [{ role: 'user', text, images: [] }], tools: [], model: 'echo' },
    });
    const { curl = '' } = codeFor(protocol, request, gateway.url);
    const env = { ...process.env, GATEWAY_API_KEY: gateway.key };
    const { stdout } = await run('bash', ['-c', curl], { env });
    const read = createReader(protocol);
    const told = stdout
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .flatMap((line) => read(line.slice(5).trim()));
    expect(told.map((one) => (one.type === 'text' ? one.text : '')).join('')).toContain(text);
  });
});

describe('the code for Gemini', () => {
  it('names the model, and runs', async () => {
    const request = encode('gemini', {
      prompt: { system: '', parameters: {} },
      ...{ messages: [{ role: 'user', text: 'Hello', images: [] }], tools: [], model: 'echo' },
    });
    const { TypeScript = '', Python = '' } = codeFor('gemini', request, gateway.url);
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

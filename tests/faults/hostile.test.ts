import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

const SECRET = 'sk-upstream-secret-of-the-hostile-test';
const COUNT = 1000;

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      {
        id: 'up',
        provider: 'openai',
        models: { list: ['real'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: SECRET },
      },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends bytes as they are: no client library would send most of these. */
async function sendRaw(bytes: Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  // Not `end`: the server hangs up on a client that closed its side before it was answered.
  socket.write(bytes);
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString();
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), body: text.slice(end + 4) };
}

interface Parts {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

function request({ method = 'POST', path = '/v1/chat/completions', headers = [], body = '' }: Parts): Buffer {
  const bytes = Buffer.from(body as string);
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'connection: close',
    `authorization: Bearer ${gateway.key}`,
    'content-type: application/json',
    ...(bytes.length > 0 ? [`content-length: ${bytes.length}`] : []),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

const message = '{"role":"user","content":"x"}';
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

/** Each makes a request that is wrong in its own way; `n` varies it. */
const hostile: Readonly<Record<string, (n: number) => Parts>> = {
  'bad JSON': (n) => ({ body: '{"model":"echo","messages":['.slice(0, 2 + (n % 26)) }),
  'junk behind JSON': (n) => ({ body: `{"model":"echo","messages":[${message}]}${'}'.repeat(1 + (n % 5))}` }),
  'no object': (n) => ({ body: ['[]', '"x"', 'null', '7', 'true', ''][n % 6] ?? '' }),
  'wrong types': (n) => {
    const value = ['7', 'true', '{}', '[[]]', '[7]', '[null]', '"x"'][n % 7] ?? '';
    return { body: `{"model":"echo","messages":${value}}` };
  },
  'wrong fields': (n) => {
    const field = [
      '"temperature":"hot"',
      '"tools":{}',
      '"tools":[{"type":"function"}]',
      '"stream":"yes"',
      '"n":0',
      '"max_tokens":-1',
      '"stop":[1]',
      '"response_format":{"type":"x"}',
      '"tool_choice":"sometimes"',
      '"logit_bias":{"a":"b"}',
      '"stream_options":[]',
    ][n % 11];
    return { body: `{"model":"echo","messages":[${message}],${field}}` };
  },
  'wrong messages': (n) => {
    const wrong = [
      '{}',
      '{"role":"alien","content":"x"}',
      '{"role":"user","content":7}',
      '{"role":"user","content":[{"type":"image_url"}]}',
      '{"role":"tool","content":"x"}',
      '{"role":"assistant","tool_calls":[{}]}',
    ][n % 6];
    return { body: `{"model":"echo","messages":[${message},${wrong}]}` };
  },
  'a model of a wrong type': (n) => ({
    body: `{"model":${['7', '[]', '{}', '""', 'false'][n % 5]},"messages":[${message}]}`,
  }),
  'deep arrays': (n) => ({ body: `{"model":"echo","messages":${nested('[', ']', 100_000 + n)}}` }),
  'deep objects': (n) => ({
    body: `{"model":"echo","x":${'{"a":'.repeat(100_000 + n)}1${'}'.repeat(100_000 + n)}}`,
  }),
  'an endless nest': (n) => ({ body: '['.repeat(100_000 + n) }),
  'prototype keys': (n) => {
    const key = ['"__proto__":{"x":1}', '"a":{"__proto__":{"x":1}}', '"constructor":{"prototype":{"x":1}}'][
      n % 3
    ];
    return { body: `{"model":"echo","messages":[${message}],${key}}` };
  },
  'invalid UTF-8': (n) => ({
    body: Buffer.concat([
      Buffer.from('{"model":"echo","messages":"'),
      Buffer.from([0xc3, 0x28 + (n % 8), 0xff]),
      Buffer.from('"}'),
    ]),
  }),
  'huge headers': (n) => ({ headers: [`x-huge: ${'h'.repeat(20_000 + n)}`] }),
  'many headers': (n) => ({
    headers: Array.from({ length: 2500 }, (_, at) => `x-${at}: ${n}${'y'.repeat(20)}`),
  }),
  'an odd content length': (n) => ({ headers: [`content-length: ${['-1', 'x', '1e9'][n % 3]}`] }),
  'an unknown encoding': (n) => ({
    headers: [`content-encoding: ${['zip', 'rot13', 'br'][n % 3]}`],
    body: '{}',
  }),
  'a wrong method': (n) => ({
    method: ['POST', 'PUT', 'DELETE', 'PATCH'][n % 4] ?? '',
    path: ['/healthz', '/', '/readyz'][n % 3] ?? '',
  }),
  'an unknown method': (n) => ({ method: ['BREW', 'GET\t', 'G E T'][n % 3] ?? '' }),
  'an unknown path': (n) => ({ method: 'GET', path: `/v2/${n}` }),
  'path traversal': (n) => ({
    method: 'GET',
    path:
      [
        '/v1/../state.json',
        '/v1/%2e%2e/%2e%2e/etc/passwd',
        '/consol/../state.json',
        '/admin/..%2f..%2fdata/state.json',
        '/v1/..\\..\\x',
        '/v1//etc/passwd',
        '/admin/api/v1/../../x',
        '/v1/files/%2e%2e%2fsecrets',
      ][n % 8] ?? '',
  }),
  'a null byte': (n) => ({ method: 'GET', path: `/v1/models/%00${n}` }),
  'a bad escape': (n) => ({ method: 'GET', path: `/v1/models/%zz${n}` }),
  'odd model names': (n) => {
    const name = ['__proto__', 'constructor', '../../x', 'up/../echo', 'toString', '%00', 'nothing'][n % 7];
    return {
      body: JSON.stringify({ model: name === 'up/../echo' ? '/up' : name, messages: [JSON.parse(message)] }),
    };
  },
  'a wrong key': (n) => ({
    headers: [`authorization: Bearer sk-dgm-${'x'.repeat(n % 60)}`, 'x-api-key: y'],
    method: 'GET',
    path: '/admin/api/v1/keys',
  }),
};

describe('hostile requests', () => {
  it(`get a 4xx in the envelope, all ${COUNT} of them, and nothing leaks or breaks`, async () => {
    const kinds = Object.entries(hostile);
    const faults: string[] = [];
    const tryOne = async (n: number): Promise<void> => {
      const [name, make] = kinds[n % kinds.length] ?? ['', () => ({})];
      const { status, body } = await sendRaw(request(make(Math.floor(n / kinds.length))));
      const error = body.startsWith('{')
        ? (JSON.parse(body) as { error?: { message?: unknown } }).error
        : undefined;
      const isRight = status >= 400 && status < 500 && typeof error?.message === 'string';
      if (!isRight || body.includes(SECRET) || /\bat .*:\d+:\d+/.test(body)) {
        faults.push(`${name} ${n}: ${status} ${body.slice(0, 200)}`);
      }
    };
    for (let n = 0; n < COUNT; n += 20) {
      await Promise.all(Array.from({ length: Math.min(20, COUNT - n) }, (_, at) => tryOne(n + at)));
    }
    expect(faults).toEqual([]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(upstream.calls).toEqual([]);

    const alive = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: `{"model":"echo","messages":[${message}]}`,
    });
    expect(alive.status).toBe(200);
  });
});

describe('an open gateway', () => {
  it('answers under the names of this machine only, so that no web page can reach it by a name of its own', async () => {
    const open = await startGateway({ auth: false });
    const { hostname, port } = new URL(open.url);
    const ask = async (host: string): Promise<string> => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.write(`GET /v1/models HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      await once(socket, 'close');
      return text;
    };
    expect(await ask(`localhost:${port}`)).toMatch(/^HTTP\/1\.1 200/);
    expect(await ask('[::1]')).toMatch(/^HTTP\/1\.1 200/);
    expect(await ask('evil.example')).toMatch(/^HTTP\/1\.1 403/);
    await open.close();
  });
});

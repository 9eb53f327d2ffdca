import { once } from 'node:events';
import { connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendFirst } from '../support/send-first.ts';

const MIB = 1024 * 1024;
const SIZE = 8 * MIB;
const WRONG = 'Bearer sk-wrong';

let gateway: RunningGateway;
let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    server: { bodyLimit: 4 * MIB, bodyBudget: 4 * MIB },
    upstreams: [
      { id: 'up', provider: 'openai', models: { list: ['m'] }, options: { baseUrl: `${upstream.url}/v1` } },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

function* pieces(total: number): Generator<Buffer> {
  for (let left = total; left > 0; left -= MIB) yield Buffer.alloc(Math.min(MIB, left), 32);
}

interface Case {
  readonly line: string;
  readonly status: number;
  readonly headers?: readonly string[];
  /** Default: a wrong one. */
  readonly hasKey?: boolean;
  readonly framing?: 'length' | 'chunked';
}

const JSON_TYPE = 'Content-Type: application/json';
const CASES: readonly Case[] = [
  { line: 'POST /v1/chat/completions', status: 401 },
  { line: 'POST /v1/messages', status: 401 },
  { line: 'POST /v1beta/models/m:generateContent', status: 401 },
  { line: 'POST /v1/files', status: 401 },
  { line: 'POST /v1/chat/completions', status: 403, hasKey: true, headers: ['Sec-Fetch-Dest: document'] },
  { line: 'POST /nothing/here', status: 404 },
  { line: 'POST /healthz', status: 405 },
  { line: 'POST /v1/chat/completions', status: 413, hasKey: true },
  { line: 'POST /v1/chat/completions', status: 413, hasKey: true, framing: 'chunked' },
  { line: 'POST /admin/api/v1/session', status: 413, headers: [JSON_TYPE] },
  { line: 'POST /admin/api/v1/session', status: 413, headers: [JSON_TYPE], framing: 'chunked' },
  { line: 'POST /admin/api/v1/keys', status: 401, headers: [JSON_TYPE] },
  { line: 'POST /admin/api/v1/nothing', status: 404, headers: [JSON_TYPE] },
];

describe('a refusal of a request whose body was not read', () => {
  const authorizationOf = ({ hasKey }: Case): string => (hasKey ? `Bearer ${gateway.key}` : WRONG);

  describe.each(['HTTP/1.1', 'HTTP/1.0'])('over %s', (version) => {
    it.each(CASES.filter(({ framing }) => version === 'HTTP/1.1' || framing !== 'chunked'))(
      'reaches a client that sends everything first: $line $status $framing',
      async (given) => {
        const isChunked = given.framing === 'chunked';
        const head = [
          `${given.line} ${version}`,
          `Authorization: ${authorizationOf(given)}`,
          ...(given.headers ?? [JSON_TYPE]),
          isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${SIZE}`,
        ];
        const chunked = (): Buffer[] => [
          ...[...pieces(SIZE)].flatMap((piece) => [
            Buffer.from(`${piece.length.toString(16)}\r\n`),
            piece,
            Buffer.from('\r\n'),
          ]),
          Buffer.from('0\r\n\r\n'),
        ];
        const { answer, error } = await sendFirst(gateway.url, {
          head,
          body: isChunked ? chunked() : pieces(SIZE),
        });
        expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${given.status} `));
        expect(answer).toMatch(/\}$/);
        expect(error).toBeUndefined();
      },
    );
  });

  it('reaches fetch', async () => {
    const body = Buffer.alloc(SIZE, 32);
    for (const given of CASES.filter(({ framing }) => framing !== 'chunked')) {
      const [method = '', path = ''] = given.line.split(' ');
      const headers = { authorization: authorizationOf(given), 'content-type': 'application/json' };
      // `fetch` sets that header itself.
      if (given.status === 403) continue;
      const response = await fetch(gateway.url + path, { method, headers, body });
      expect(response.status).toBe(given.status);
      await response.text();
    }
  });

  it('reaches the official SDKs, each time', async () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(SIZE) }];
    const options = { apiKey: 'sk-wrong', maxRetries: 0 };
    const openai = new OpenAI({ ...options, baseURL: `${gateway.url}/v1` });
    const anthropic = new Anthropic({ ...options, baseURL: gateway.url });
    for (let round = 0; round < 3; round += 1) {
      await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
        status: 401,
      });
      await expect(anthropic.messages.create({ model: 'm', max_tokens: 1, messages })).rejects.toMatchObject({
        status: 401,
      });
    }
  });

  it('says that the memory for bodies is used up', async () => {
    // Takes nearly all of the budget, and waits.
    const { hostname, port } = new URL(gateway.url);
    const holder = connect({ host: hostname, port: Number(port) });
    const head = (length: number): string[] => [
      'POST /v1/chat/completions HTTP/1.1',
      `Authorization: Bearer ${gateway.key}`,
      JSON_TYPE,
      `Content-Length: ${length}`,
    ];
    holder.write(`${[...head(4 * MIB), `Host: ${hostname}`].join('\r\n')}\r\n\r\n`);
    for (const piece of pieces(3 * MIB)) holder.write(piece);
    const answer = async (): Promise<string> =>
      (await sendFirst(gateway.url, { head: head(3 * MIB), body: pieces(3 * MIB) })).answer;
    await expect.poll(answer).toMatch(/^HTTP\/1\.1 503 .*server\.bodyBudget/s);
    holder.destroy();
  });

  it('goes on to an upstream that refuses in the middle of an upload', async () => {
    upstream.handle('/v1/files', () => ({ status: 400, body: { error: { message: 'Not this file.' } } }));
    const { answer, error } = await sendFirst(gateway.url, {
      head: [
        'POST /v1/files HTTP/1.1',
        `Authorization: Bearer ${await gateway.createKey({ name: 'all', relay: 'all' })}`,
        'Content-Type: application/octet-stream',
        `Content-Length: ${SIZE}`,
      ],
      body: pieces(SIZE),
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*Not this file\./s);
    expect(error).toBeUndefined();
  });

  it('reaches a client that takes longer than it may', async () => {
    const hasty = await startGateway({ server: { requestTimeoutMs: 500 } });
    const { answer, error } = await sendFirst(hasty.url, {
      head: [
        'POST /v1/messages HTTP/1.1',
        `Authorization: Bearer ${hasty.key}`,
        JSON_TYPE,
        `Content-Length: ${SIZE}`,
      ],
      body: pieces(MIB),
    });
    await hasty.close();
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"timeout_error".*server\.requestTimeoutMs/s);
    expect(error).toBeUndefined();
  });

  it('reads no more than a bounded rest', async () => {
    const { answer, error } = await sendFirst(gateway.url, {
      head: ['POST /v1/messages HTTP/1.1', `Content-Length: ${400 * MIB}`],
      body: pieces(400 * MIB),
    });
    expect(error).toMatch(/EPIPE|ECONNRESET/);
    expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it('reaches clients of bodies that are not HTTP', async () => {
    const { answer, error } = await sendFirst(gateway.url, {
      head: ['POST /v1/messages HTTP/1.1', 'Transfer-Encoding: chunked'],
      body: [Buffer.from('this is no chunk\r\n'), ...pieces(SIZE)],
    });
    expect(answer).toMatch(/^HTTP\/1\.1 40[01] /);
    expect(error).toBeUndefined();
  });
});

describe('a client that waits for 100 Continue', () => {
  async function ask(authorization: string): Promise<string> {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const body = JSON.stringify({ model: 'nobody', messages: [] });
    socket.write(
      [
        'POST /v1/chat/completions HTTP/1.1',
        `Host: ${hostname}`,
        `Authorization: ${authorization}`,
        `Content-Length: ${body.length}`,
        'Expect: 100-continue',
        '\r\n',
      ].join('\r\n'),
    );
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.endsWith('100 Continue\r\n\r\n')) socket.write(body);
      else socket.end();
    });
    await once(socket, 'close');
    return text;
  }

  it('is asked for its body only once its key is known', async () => {
    expect(await ask(WRONG)).toMatch(/^HTTP\/1\.1 401 .*connection: close/is);
    expect(await ask(`Bearer ${gateway.key}`)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 404 /);
  });
});

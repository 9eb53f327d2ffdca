import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { startMockUpstream } from '@dragoman/testing/upstreams';

const MIB = 1024 * 1024;

const agent = new Agent({ maxSockets: 200 });
afterAll(() => agent.destroy());

let clock: { at: number };
let gateway: RunningGateway;
afterEach(() => gateway.close());

async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<void> {
  clock = { at: Date.parse('2026-11-21T12:00:00Z') };
  gateway = await startGateway({
    metrics: { enabled: true },
    ...options,
    surroundings: { clock: { now: () => clock.at, sleep: () => Promise.resolve() } },
  });
}

/**
 * Counts the requests that ended. A client that is still sending when its connection is closed may find it broken
 * before it reads the answer.
 */
function watchEnds(sendings: readonly Sending[]): { readonly answers: IncomingMessage[]; ended: number } {
  const ends = { answers: [] as IncomingMessage[], ended: 0 };
  for (const { reply } of sendings) {
    void reply
      .then((answer) => ends.answers.push(answer))
      .catch(() => {})
      .finally(() => (ends.ended += 1));
  }
  return ends;
}

interface Sending {
  readonly client: ClientRequest;
  readonly reply: Promise<IncomingMessage>;
}

/** Begins a request and leaves it open. */
function begin(headers: Readonly<Record<string, string | number>>, path = '/v1/chat/completions'): Sending {
  const client = request(gateway.url + path, {
    ...{ method: 'POST', agent },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
  });
  const reply = once(client, 'response').then(([message]) => message as IncomingMessage);
  // Nobody waits for those that are cut on purpose.
  reply.catch(() => {});
  client.on('error', () => {});
  return { client, reply };
}

async function heldBytes(): Promise<number> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^dragoman_request_body_bytes (\d+)$/m.exec(metrics)?.[1]);
}

const chat = (content: string): string =>
  JSON.stringify({ model: 'echo', max_tokens: 1, messages: [{ role: 'user', content }] });

describe('bodies that wait for their last piece', () => {
  it('are held up to a budget in all, and refused beyond it until some are gone', async () => {
    await start({ server: { bodyLimit: 2 * MIB, bodyBudget: 8 * MIB } });
    const keys = await Promise.all(
      ['b', 'c', 'd'].map(async (name) => `Bearer ${await gateway.createKey({ name })}`),
    );
    const piece = Buffer.alloc(1.5 * MIB, ' ');
    const stalled = Array.from({ length: 60 }, (_, n) => {
      const sending = begin({
        ...{ 'content-length': 2 * MIB },
        authorization: keys[n % 3] ?? '',
      });
      sending.client.write(piece);
      return sending;
    });
    const ends = watchEnds(stalled);
    await expect.poll(() => ends.ended).toBeGreaterThanOrEqual(55);
    const [first] = ends.answers;
    for (const { statusCode, headers } of ends.answers) {
      expect(statusCode).toBe(503);
      expect(headers['retry-after']).toBe('1');
    }
    expect(JSON.parse(await text(first as IncomingMessage))).toMatchObject({
      error: { code: 'too_many_bodies' },
    });
    expect(await heldBytes()).toBeLessThanOrEqual(8 * MIB);
    for (const { client } of stalled) client.destroy();
    await expect.poll(heldBytes).toBe(0);
    const { client, reply } = begin({});
    client.end(chat('x'.repeat(MIB)));
    expect((await reply).statusCode).toBe(200);
  });

  it('of one key leave room for those of another', async () => {
    await start({ server: { bodyLimit: 2 * MIB, bodyBudget: 8 * MIB } });
    const stalled = Array.from({ length: 10 }, () => begin({ 'content-length': 2 * MIB }));
    for (const { client } of stalled) client.write(Buffer.alloc(1.9 * MIB, ' '));
    const ends = watchEnds(stalled);
    await expect.poll(() => ends.ended).toBeGreaterThanOrEqual(8);
    const other = begin({ authorization: `Bearer ${await gateway.createKey({ name: 'other' })}` });
    other.client.end(chat('x'.repeat(MIB)));
    expect((await other.reply).statusCode).toBe(200);
    for (const { client } of stalled) client.destroy();
  });

  it('reserve nothing by what they say of their length', async () => {
    await start({ server: { bodyLimit: 2 * MIB, bodyBudget: 2 * MIB } });
    const stalled = Array.from({ length: 20 }, () => begin({ 'content-length': 2 * MIB }));
    for (const { client } of stalled) client.write('{');
    await expect.poll(heldBytes).toBe(20);
    const { client, reply } = begin({});
    client.end(chat('x'.repeat(MIB)));
    expect((await reply).statusCode).toBe(200);
    for (const sending of stalled) sending.client.destroy();
  });

  it.each([
    ['of JSON', '/v1/chat/completions', 'application/json', 'error'],
    ['in another protocol', '/v1/messages', 'application/json', 'error'],
    ['of a form that is relayed', '/v1/audio/transcriptions', 'multipart/form-data; boundary=b', 'error'],
  ])('%s end with 408 when they come too slowly', async (_, path, type, field) => {
    await start();
    const slow = begin({ 'content-length': 10_000, 'content-type': type }, path);
    slow.client.write('-'.repeat(100));
    await expect.poll(heldBytes).toBe(100);
    clock.at += 31_000;
    const reply = await slow.reply;
    expect(reply.statusCode).toBe(408);
    expect(JSON.parse(await text(reply))).toHaveProperty(field);
    await expect.poll(heldBytes).toBe(0);
  });
});

describe('bodies of the admin API', () => {
  it('are small where anybody may send them, and count like all others', async () => {
    await start();
    const url = '/admin/api/v1/session';
    const headers = { 'content-type': 'application/json', 'x-dragoman-csrf': '1' };
    const large = begin({ ...headers, 'content-length': 20_000 }, url);
    large.client.write('{');
    expect((await large.reply).statusCode).toBe(413);
    const slow = begin({ ...headers, 'content-length': 10_000 }, url);
    slow.client.write('x'.repeat(5_000));
    await expect.poll(heldBytes).toBe(5_000);
    clock.at += 31_000;
    expect((await slow.reply).statusCode).toBe(408);
    await expect.poll(heldBytes).toBe(0);
  });
});

describe('a compressed body', () => {
  it('counts by what it comes to', async () => {
    await start({ server: { bodyLimit: 4 * MIB, bodyBudget: 4 * MIB } });
    const holder = begin({ 'content-length': 3 * MIB });
    holder.client.write(Buffer.alloc(2 * MIB, ' '));
    await expect.poll(heldBytes).toBe(2 * MIB);
    const bomb = begin({ 'content-encoding': 'gzip' });
    bomb.client.end(gzipSync(chat('x'.repeat(3 * MIB))));
    expect((await bomb.reply).statusCode).toBe(503);
    holder.client.destroy();
    await expect.poll(heldBytes).toBe(0);
    const again = begin({ 'content-encoding': 'gzip' });
    again.client.end(gzipSync(chat('x'.repeat(3 * MIB))));
    expect((await again.reply).statusCode).toBe(200);
  });
});

describe('the budget', () => {
  it('is back at nothing after a thousand requests that ended in all possible ways', async () => {
    const upstream = await startMockUpstream();
    await start({
      server: { bodyLimit: 64 * 1024, bodyBudget: 1 * MIB },
      upstreams: [
        { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
        {
          ...{ id: 'up', provider: 'openai', models: { list: ['whisper'] } },
          options: { baseUrl: `${upstream.url}/v1`, apiKey: 'k' },
        },
      ],
    });
    const large = 'x'.repeat(30_000);
    const whole =
      (body: string | Buffer, headers = {}, path?: string) =>
      async (): Promise<unknown> => {
        const { client, reply } = begin(headers, path);
        client.end(body);
        return (await reply).resume();
      };
    const cut =
      (headers = {}, path?: string) =>
      async (): Promise<unknown> => {
        const { client } = begin({ 'content-length': 60_000, ...headers }, path);
        client.write(large);
        await once(client, 'socket');
        client.destroy();
        return undefined;
      };
    const form = { 'content-type': 'multipart/form-data; boundary=b' };
    const ways = [
      whole(chat(large)),
      whole(chat(large).replace('"max', '"stream":true,"max')),
      whole(gzipSync(chat(large)), { 'content-encoding': 'gzip' }),
      whole('x'.repeat(70_000)),
      whole(gzipSync('x'.repeat(70_000)), { 'content-encoding': 'gzip' }),
      whole('not compressed', { 'content-encoding': 'gzip' }),
      whole('{ no JSON'),
      whole(chat(large).replace('echo', 'nobody')),
      whole(chat(large), { authorization: 'Bearer no' }),
      whole(`--b\r\n${large}`, form, '/v1/audio/transcriptions'),
      cut(),
      cut(form, '/v1/audio/transcriptions'),
      cut({ 'content-encoding': 'gzip' }),
    ];
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (sent < 1_000) {
        const way = ways[sent % ways.length];
        sent += 1;
        await way?.().catch(() => {});
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    await expect.poll(heldBytes).toBe(0);
    await upstream.close();
  });
});

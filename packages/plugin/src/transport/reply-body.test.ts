import { createServer } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  DEFAULTS,
  createClient,
  createPools,
  get,
  listen,
  serveByHand,
} from '../../../../tests/support/http-client.ts';
import { readUpTo } from './read-body.ts';
import { ReplyBody } from './reply-body.ts';

const pieces = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

describe('the bytes of a reply', () => {
  const create = (): ReplyBody => new ReplyBody({ pause() {}, resume() {}, abort() {} });

  it('are all read once, however many of them came before anybody read', () =>
    fc.assert(
      fc.asyncProperty(pieces, pieces, fc.integer({ min: 0, max: 200 }), async (before, after, limit) => {
        const all = Buffer.concat([...before, ...after]);
        const body = create();
        for (const piece of before) body.receive(piece);
        const isOver = after.length === 0;
        if (isOver) body.end();
        const whole = readUpTo(body, limit);
        for (const piece of after) body.receive(piece);
        if (!isOver) body.end();
        if (all.length <= limit) expect(await whole).toEqual(all);
        else {
          expect(await whole).toBeUndefined();
          expect(await buffer(body)).toEqual(all);
        }
      }),
    ));

  it('are taken whole only before they are read, and only once', async () => {
    const body = create();
    body.receive(Buffer.from('a'));
    expect(body.takeWhole(10)).toBeUndefined();
    body.receive(Buffer.from('b'));
    body.end();
    expect(body.takeWhole(1)).toBeUndefined();
    expect(String(body.takeWhole(10))).toBe('ab');
    expect(body.takeWhole(10)).toBeUndefined();
    expect(await text(body)).toBe('');
    const other = create();
    other.receive(Buffer.from('a'));
    other.end();
    expect(String(other.read())).toBe('a');
    expect(other.takeWhole(10)).toBeUndefined();
  });

  it('are not taken of a reply that broke', async () => {
    const body = create();
    body.receive(Buffer.from('a'));
    body.end(new Error('It broke.'));
    expect(body.takeWhole(10)).toBeUndefined();
    await expect(text(body)).rejects.toThrow('It broke.');
  });
});

describe('the connections of replies', () => {
  /** Counts connections and answers with a short stream. */
  async function serveCounted(): Promise<{ readonly url: string; readonly count: () => number }> {
    const server = createServer((_, response) => {
      response.write('data: [DONE]\n\n');
      setImmediate(() => response.end());
    });
    let count = 0;
    server.on('connection', () => count++);
    onTestFinished(() => void server.close());
    return { url: await listen(server), count: () => count };
  }

  it('are kept and shared by the clients of a pool', async () => {
    // A request that follows at once may come before undici has taken the first connection back.
    const { url, count } = await serveCounted();
    const pools = createPools();
    for (let turn = 0; turn < 10; turn++) {
      const client = pools.client({ timeouts: DEFAULTS, signal: new AbortController().signal });
      await text((await get(client, url)).body);
    }
    expect(count()).toBeLessThanOrEqual(2);
  });

  it('are kept when a reader leaves a reply that is about to end', async () => {
    const { url, count } = await serveCounted();
    const client = createClient();
    const { body } = await get(client, url);
    for await (const piece of body) {
      expect(String(piece)).toBe('data: [DONE]\n\n');
      break;
    }
    expect(body.destroyed).toBe(true);
    // The end of the first reply arrives while the second, on a connection of its own, is on its way.
    await text((await get(client, url)).body);
    const before = count();
    for (let turn = 0; turn < 3; turn++) await text((await get(client, url)).body);
    expect(count()).toBe(before);
    expect(before).toBeLessThanOrEqual(2);
  });

  it('are cut when a reader leaves a reply that goes on', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('x'.repeat(10));
    const { body } = await sent;
    body.destroy();
    response.write('x'.repeat(200_000));
    await closed;
    expect(response.writableFinished).toBe(false);
  });

  it('are cut when a reader leaves a reply that falls silent', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('x');
    (await sent).body.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });

  it('end when the pools close, and requests that run fail', async () => {
    const server = await serveByHand();
    const pools = createPools();
    const sent = get(pools.client({ timeouts: DEFAULTS, signal: new AbortController().signal }), server.url);
    const failure = expect(sent).rejects.toMatchObject({ name: 'GatewayError' });
    await server.next();
    await pools.close();
    await failure;
  });
});

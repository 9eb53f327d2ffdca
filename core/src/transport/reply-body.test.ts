import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  DEFAULTS,
  createClient,
  createPools,
  get,
  listen,
  serveByHand,
} from '../../../tests/support/http-client.ts';

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

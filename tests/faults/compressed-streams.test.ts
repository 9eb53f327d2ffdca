import { constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';

/** Bodies that are not read from the connection itself, of upstreams that break the stream and keep it open. */

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    routing: { breaker: { failures: 1000 }, retry: { repeats: 0 } },
    upstreams: SPEAKERS.map((speaker) => ({
      ...{ id: speaker.wire, ...speaker.config(upstream.url), models: { list: ['m'] } },
    })),
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** What has come of a compressed stream that goes on. */
const begun = (text: string): Buffer => gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH });

const CLIENTS = Object.entries(WIRE_CLIENTS);

describe.each(SPEAKERS)('a compressed stream of $wire that breaks and stays open', ({ wire }) => {
  it.each(CLIENTS)('fails its own request only, to a client of %s', async (_, client) => {
    upstream.reply({
      headers: { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' },
      rawBody: begun('event: message_start\ndata: {"oops\n\n'),
      hang: true,
    });
    const asked = { model: `${wire}/m`, isStream: true, prompt: 'Hi' };
    const reply = await gateway.post(client.path(asked.model, true), client.body(asked));
    expect(reply.status, await reply.text()).toBe(502);
  });
});

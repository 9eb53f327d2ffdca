import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

let gateway: RunningGateway;
afterEach(() => gateway.close());

interface Answer {
  readonly status: number;
  readonly dropped: string | null;
  readonly id: string;
  readonly code: string | undefined;
}

/** Has a response stored that takes about three times as much as its input. */
async function respond(input: string, more: object = {}, key = gateway.key): Promise<Answer> {
  const response = await gateway.post('/v1/responses', { model: 'echo', input, ...more }, { key });
  const { id = '', error } = (await response.json()) as {
    readonly id?: string;
    readonly error?: { readonly code: string };
  };
  const dropped = response.headers.get('x-dragoman-dropped');
  return { status: response.status, dropped, id, code: error?.code };
}

async function isKept(id: string, key = gateway.key): Promise<boolean> {
  const { status } = await fetch(`${gateway.url}/v1/responses/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return status === 200;
}

async function bytesOnDisk(): Promise<number> {
  const folder = join(gateway.folder, 'conversations');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const newest = async (): Promise<TraceRecord | undefined> =>
  (await gateway.admin<{ readonly traces: readonly TraceRecord[] }>('GET', '/traces?limit=1')).traces[0];

describe('stored responses', () => {
  it('of one key are bounded by their bytes, and push out none of another', async () => {
    gateway = await startGateway({ conversations: { maxBytes: 2 * MIB, maxBytesPerKey: 1 * MIB } });
    const quiet = await gateway.createKey({ name: 'quiet' });
    const { id } = await respond('Remember me.', {}, quiet);
    const loud: string[] = [];
    for (let n = 0; n < 10; n += 1) loud.push((await respond('x'.repeat(100 * KIB))).id);
    expect(await bytesOnDisk()).toBeLessThan(1.1 * MIB);
    expect(await isKept(id, quiet)).toBe(true);
    expect(await isKept(loud.at(-1) ?? '')).toBe(true);
    expect(await isKept(loud[0] ?? '')).toBe(false);
    expect(await isKept(id)).toBe(false);
  });

  it('that are larger than all that a key may have are answered and not kept, which is told', async () => {
    gateway = await startGateway({
      ...{ conversations: { maxBytesPerKey: 100 * KIB }, traces: { record: 'no-bodies' } },
    });
    const answer = await respond('x'.repeat(200 * KIB));
    expect(answer).toMatchObject({ status: 200, dropped: 'store' });
    expect((await newest())?.dropped).toMatchObject([
      { field: 'store', why: expect.stringContaining('conversations.maxBytesPerKey') as string },
    ]);
    expect(await isKept(answer.id)).toBe(false);
  });

  it('bring no more into a request than its largest body', async () => {
    gateway = await startGateway({ server: { bodyLimit: 256 * KIB } });
    let last = await respond('x'.repeat(40 * KIB));
    last = await respond('And?', { previous_response_id: last.id });
    expect(last.status).toBe(200);
    last = await respond('x'.repeat(40 * KIB), { previous_response_id: last.id });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const next = await respond('x'.repeat(40 * KIB), { previous_response_id: last.id });
      statuses.push(next.status);
      if (next.status === 200) last = next;
      else expect(next.code).toBe('conversation_too_large');
    }
    expect(statuses.at(-1)).toBe(413);
  });
});

describe('a disk that is nearly full', () => {
  it('takes no conversations and no bodies, while requests go on', async () => {
    gateway = await startGateway({
      traces: { record: 'full' },
      surroundings: { freeSpace: () => Promise.resolve({ free: 10 * MIB, total: 1e12 }) },
    });
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject({
      ...{ status: 'ready', disk: { status: 'low' } },
    });
    const answer = await respond('Hello');
    expect(answer).toMatchObject({ status: 200, dropped: 'store' });
    expect(await isKept(answer.id)).toBe(false);
    const traces = await gateway.admin<{ readonly traces: readonly TraceRecord[] }>(
      'GET',
      '/traces?outcome=ok',
    );
    const trace = traces.traces.find(({ path, method }) => method === 'POST' && path === '/v1/responses');
    expect(trace).toMatchObject({ outcome: 'ok', bodies: 'disk' });
  });
});

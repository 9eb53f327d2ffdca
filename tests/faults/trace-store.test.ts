import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceQuerySchema } from '../../core/src/trace/query.ts';
import { openSqliteStore } from '../../core/src/trace/worker/sqlite/sqlite-store.ts';
import { type CliHome, createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';

const CONFIG = `${IMPORTS}
  export default {
    plugins: [openai(), echo()],
    upstreams: [{ id: 'quick', provider: 'echo', options: { delayMs: 0 } },
                { id: 'slow', provider: 'echo', options: { delayMs: 50 } }],
  };`;

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
  await home.writeConfig(CONFIG);
});
afterEach(() => home.close());

const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] });

describe('the store of traces', () => {
  it('survives a gateway that is killed in the middle of its work', async () => {
    const gateway = await readyGateway(home.start());
    const client = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
    const long = await client.chat.completions.create({
      ...{ model: 'slow/echo', stream: true },
      ...say(Array.from({ length: 500 }, (_, at) => `word${at}`).join(' ')),
    });
    const reading = (async () => {
      for await (const _ of long) void _;
    })().catch(() => {});

    const finished: { readonly id: string; readonly at: number }[] = [];
    const begun = performance.now();
    let isOver = false;
    const work = async (): Promise<void> => {
      while (!isOver) {
        const sent = await client.chat.completions
          .create({ model: 'quick/echo', ...say('Hi') })
          .withResponse()
          .catch(() => undefined);
        if (!sent) return;
        finished.push({ id: sent.response.headers.get('request-id') ?? '', at: performance.now() });
        if (finished.length >= 1_000 && performance.now() - begun > 3_000) isOver = true;
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    gateway.kill('SIGKILL');
    const killedAt = performance.now();
    await gateway.ended;
    await reading;

    const store = await openSqliteStore(home.data);
    const known = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await store.list(traceQuerySchema.parse({ limit: 500, cursor }));
      for (const { id } of page.traces) known.add(id);
      cursor = page.next;
    } while (cursor !== undefined);
    const due = finished.filter(({ at }) => at < killedAt - 2_000);
    expect(due.length).toBeGreaterThan(0);
    expect(due.filter(({ id }) => !known.has(id))).toEqual([]);
    const [interrupted] = (await store.list(traceQuerySchema.parse({ outcome: 'interrupted' }))).traces;
    expect(interrupted).toMatchObject({ model: 'slow/echo' });
    await store.close();
  }, 60_000);

  it('may be broken: requests go on, and it is told', async () => {
    await mkdir(join(home.data, 'traces.db'), { recursive: true });
    const gateway = await readyGateway(home.start());
    const client = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key });
    const reply = await client.chat.completions.create({ model: 'quick/echo', ...say('Hi') });
    expect(reply.choices[0]?.message.content).toContain('Hi');
    await gateway.waitFor(/Traces cannot be kept/);
    const ready = await fetch(new URL('/readyz', gateway.url));
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ready', traces: { status: 'degraded' } });
  });
});

import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { traceQuerySchema } from '../../core/src/trace/query.ts';
import { openSqliteStore } from '../../core/src/trace/sqlite/sqlite-store.ts';
import { ROOT, startCommand } from '../support/command.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-kill-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'gateway.config.ts');
  const plugin = (name: string): string => JSON.stringify(join(ROOT, `plugins/${name}/src/index.ts`));
  await writeFile(
    config,
    `import { echo } from ${plugin('echo')};
     import { openai } from ${plugin('openai')};
     export default {
       plugins: [openai(), echo()],
       upstreams: [{ id: 'quick', provider: 'echo', options: { delayMs: 0 } },
                   { id: 'slow', provider: 'echo', options: { delayMs: 50 } }],
     };`,
  );
  return { folder, config };
}

const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] });

describe('the store of traces', () => {
  it('survives a gateway that is killed in the middle of its work', async () => {
    const { folder, config } = await start();
    const gateway = await startCommand(config);
    closers.push(() => void gateway.child.kill('SIGKILL'));
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
        finished.push({ id: sent.response.headers.get('x-request-id') ?? '', at: performance.now() });
        if (finished.length >= 1_000 && performance.now() - begun > 3_000) isOver = true;
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    gateway.child.kill('SIGKILL');
    const killedAt = performance.now();
    await once(gateway.child, 'exit');
    await reading;

    const store = await openSqliteStore(join(folder, 'data'));
    closers.push(() => store.close());
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
  }, 60_000);

  it('may be broken: requests go on, and it is told', async () => {
    const { folder, config } = await start();
    await mkdir(join(folder, 'data/traces.db'), { recursive: true });
    const gateway = await startCommand(config);
    closers.push(() => void gateway.child.kill('SIGKILL'));
    const client = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key });
    const reply = await client.chat.completions.create({ model: 'quick/echo', ...say('Hi') });
    expect(reply.choices[0]?.message.content).toContain('Hi');
    await gateway.printed('Traces cannot be kept');
    const ready = await fetch(new URL('/readyz', gateway.url));
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ready', traces: { status: 'degraded' } });
  });
});

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT, type RunningCommand, startCommand } from '../support/command.ts';
import { startMockUpstream } from '../support/mock-upstream.ts';
import { openAiReply } from '../support/openai-frames.ts';

const UPSTREAM_KEY = 'sk-upstream-key-that-must-not-be-logged';
const QUERY_KEY = 'key-in-the-query-that-must-not-be-logged';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(upstreamUrl: string): Promise<RunningCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-log-'));
  closers.push(() => rm(folder, { recursive: true }));
  const config = join(folder, 'gateway.config.ts');
  await writeFile(
    config,
    `import { openai } from ${JSON.stringify(join(ROOT, 'plugins/openai/src/index.ts'))};
     export default {
       plugins: [openai()],
       upstreams: [{
         id: 'up', provider: 'openai', models: { list: ['m'] },
         options: { baseUrl: ${JSON.stringify(`${upstreamUrl}/v1`)}, apiKey: ${JSON.stringify(UPSTREAM_KEY)} },
       }],
     };`,
  );
  const command = await startCommand(config);
  closers.push(() => void command.child.kill('SIGKILL'));
  return command;
}

describe('the log of a running command', () => {
  it('has one line of JSON for each request, and no secret in any', async () => {
    const upstream = await startMockUpstream();
    closers.push(() => upstream.close());
    upstream.reply(
      { body: openAiReply([{ text: ['hi'] }]) },
      { status: 401, body: { error: { message: `The key ${UPSTREAM_KEY} is wrong` } } },
    );
    const { child, output, url, key } = await start(upstream.url);
    const send = (): Promise<Response> =>
      fetch(`${url}/chat/completions?key=${QUERY_KEY}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, cookie: 'session=secret-cookie' },
        body: '{"model":"m","messages":[{"role":"user","content":"a private prompt"}]}',
      });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(502);
    expect(upstream.lastCall.query.has('key')).toBe(false);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);

    const lines = output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        status: 200,
        model: 'm',
        upstream: 'up',
        inputTokens: 12,
        outputTokens: 7,
      },
      { status: 502, error: 'upstream-auth', attempts: 1 },
    ]);
    // The banner shows the new key once; the log below it never does.
    const log = JSON.stringify(lines);
    for (const secret of [UPSTREAM_KEY, QUERY_KEY, key, 'secret-cookie', 'a private prompt']) {
      expect(log).not.toContain(secret);
    }
  });
});

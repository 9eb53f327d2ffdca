import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS } from '../support/cli.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

const UPSTREAM_KEY = 'sk-upstream-key-that-must-not-be-logged';
const QUERY_KEY = 'key-in-the-query-that-must-not-be-logged';

let home: CliHome;
let upstream: MockUpstream;
beforeEach(async () => {
  home = await createCliHome();
  upstream = await startMockUpstream();
});
afterEach(async () => {
  await home.close();
  await upstream.close();
});

describe('the log of a running command', () => {
  it('comes after what people read first, also where no terminal is', async () => {
    const gateway = home.startWith({ DRAGOMAN_LOG_LEVEL: 'info' });
    await gateway.waitFor(/"operation":"POST \/keys"/);
    gateway.kill('SIGTERM');
    const { stdout } = await gateway.ended;
    expect(stdout.trimStart()).toMatch(/^Dragoman is ready\.\n/);
    expect(stdout.indexOf('"operation":"gateway start"')).toBeGreaterThan(stdout.indexOf('Traces  '));
  });

  it('has one line of JSON for each request, and no secret in any', async () => {
    upstream.reply(
      { body: openAiReply([{ text: ['hi'] }]) },
      { status: 401, body: { error: { message: `The key ${UPSTREAM_KEY} is wrong` } } },
    );
    await home.writeConfig(`${IMPORTS}
      export default {
        plugins: [openai()],
        log: { level: 'debug', format: 'json' },
        upstreams: [{
          id: 'up', provider: 'openai', models: { list: ['m'] },
          options: { baseUrl: '${upstream.url}/v1', apiKey: '${UPSTREAM_KEY}' },
        }],
      };`);
    const key = (await home.run(['keys', 'create', 'mine'])).stdout.trim();
    const { waitFor, kill, ended } = home.start();
    const [line = ''] = /^.*Dragoman is ready.*$/m.exec(await waitFor(/Dragoman is ready.*\n/)) ?? [];
    const { baseUrl: url } = JSON.parse(line) as { readonly baseUrl: string };
    const send = (): Promise<Response> =>
      fetch(`${url}/chat/completions?key=${QUERY_KEY}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, cookie: 'session=secret-cookie' },
        body: '{"model":"m","messages":[{"role":"user","content":"a private prompt"}]}',
      });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(502);
    expect(upstream.lastCall.query.has('key')).toBe(false);
    kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(0);

    const lines = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        ip: '127.0.0.1',
        status: 200,
        model: 'm',
        upstream: 'up',
        inputTokens: 12,
        outputTokens: 7,
      },
      { status: 502, error: 'upstream-auth', attempts: 1 },
    ]);
    const log = JSON.stringify(lines);
    for (const secret of [UPSTREAM_KEY, QUERY_KEY, key, 'secret-cookie', 'a private prompt']) {
      expect(log).not.toContain(secret);
    }
  });

  it('holds no secret of an upstream, whatever a plugin logs or throws', async () => {
    const secret = 'team-key-that-no-pattern-recognises';
    await home.writeConfig(`${IMPORTS}
      const [type] = openai().providers;
      const create = (options, setup) => {
        const { forward: _, ...provider } = type.create(options, setup);
        return {
          ...provider,
          async *chat(request, { log }) {
            log.warn({ sent: ['key', options.apiKey] }, 'Odd.');
            throw new Error('The key ' + options.apiKey + ' is wrong.');
          },
        };
      };
      export default {
        plugins: [openai(), { name: 'talkative', providers: [{ ...type, name: 'talkative', create }] }],
        log: { level: 'debug', format: 'json' },
        upstreams: [{
          id: 'up', provider: 'talkative', models: { list: ['m'] },
          options: { baseUrl: '${upstream.url}/v1', apiKey: '${secret}' },
        }],
      };`);
    const key = (await home.run(['keys', 'create', 'mine'])).stdout.trim();
    const { waitFor, kill, ended } = home.start();
    const [line = ''] = /^.*Dragoman is ready.*$/m.exec(await waitFor(/Dragoman is ready.*\n/)) ?? [];
    const { baseUrl: url } = JSON.parse(line) as { readonly baseUrl: string };
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{"model":"m","messages":[{"role":"user","content":"x"}]}',
    });
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain(secret);
    kill('SIGTERM');
    const { stdout } = await ended;
    expect(stdout).toContain('The key [redacted] is wrong.');
    expect(stdout).not.toContain(secret);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { type CommandResult, createCliHome, readyGateway } from '../support/cli.ts';
import { startMocks } from '../fuzz/mocks.ts';
import type { Sample } from './probe.ts';
import { createKinds } from './upstreams.ts';

export type Reply = Awaited<ReturnType<typeof fetch>>;

/** A gateway under load, as `dragoman start` runs it, and its upstreams. */
export interface World {
  /** A client key. */
  readonly key: string;
  /** Sends a request to the gateway. */
  ask(path: string, options?: AskOptions): Promise<Reply>;
  /** Asks the admin API. Throws when it refuses. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
  /** Writes the config file with this number in it, and sends SIGHUP. */
  reload(turn: number): Promise<void>;
  sample(): Promise<Sample>;
  /** Closes the connections of the clients. */
  rest(): Promise<void>;
  /** Resolves when the process has ended, whatever ended it. */
  readonly ended: Promise<unknown>;
  /** Sends SIGTERM, and resolves when the process has ended. */
  stop(): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  /** Default: the client key. */
  readonly token?: string;
  /** A value is sent as JSON. */
  readonly body?: object | string;
  readonly signal?: AbortSignal;
}

const ADMIN_TOKEN = 'admin-token-of-the-soak';

export async function startWorld(): Promise<World> {
  const mocks = await startMocks(() => [ADMIN_TOKEN], createKinds());
  const home = await createCliHome();
  const write = (turn: number): Promise<void> => home.writeConfig(configOf(mocks.url, turn));
  await write(0);
  const probeFile = join(home.folder, 'probe');
  const running = home.startWith({
    DRAGOMAN_ADMIN_TOKEN: ADMIN_TOKEN,
    SOAK_PROBE_FILE: probeFile,
    NODE_OPTIONS: `--import=${import.meta.resolve('./probe.ts')}`,
  });
  const { url, key, kill, ended } = await readyGateway(running);
  const origin = new URL(url).origin;
  let agent = new Agent();
  const ask: World['ask'] = (path, { method, token = key, body, signal } = {}) =>
    fetch(origin + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      signal: signal ?? null,
      dispatcher: agent,
    });
  return {
    key,
    ask,
    async admin<T>(method: string, path: string, body?: object) {
      const reply = await ask(`/admin/api/v1${path}`, { method, token: ADMIN_TOKEN, ...(body && { body }) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    async reload(turn) {
      await write(turn);
      kill('SIGHUP');
    },
    async sample() {
      if (!existsSync(probeFile)) throw new Error('The probe was not loaded.');
      const reply = await fetch(`http://127.0.0.1:${readFileSync(probeFile, 'utf8')}`);
      return (await reply.json()) as Sample;
    },
    async rest() {
      await agent.close();
      agent = new Agent();
    },
    ended,
    stop() {
      kill('SIGTERM');
      return ended;
    },
    async close() {
      await agent.destroy();
      await home.close();
      await mocks.close();
    },
  };
}

function configOf(mocks: string, turn: number): string {
  const plugins = ['openai', 'anthropic', 'gemini', 'echo'];
  const imports = plugins.map(
    (name) => `import { ${name} } from ${JSON.stringify(import.meta.resolve(`@dragoman/plugin-${name}`))};`,
  );
  const upstream = (id: string, provider: string, models: readonly string[], more: object = {}): object => {
    const [kind = ''] = id.split('-');
    const baseUrl = `${mocks}/${kind}${provider === 'openai' ? '/v1' : ''}`;
    return {
      ...{ id, provider, models: { list: models } },
      options: { baseUrl, apiKey: 'sk-soak', ...more },
      timeouts: { connectMs: 1_000, headersMs: 2_000, idleMs: 2_000, totalMs: 10_000 },
    };
  };
  const config = {
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      upstream('good-openai', 'openai', ['gpt-good', 'embed-good']),
      upstream('good-responses', 'openai', ['responses-good'], { wire: 'responses' }),
      upstream('good-anthropic', 'anthropic', ['claude-good']),
      upstream('good-gemini', 'gemini', ['gemini-2.0-good']),
      upstream('flaky-openai', 'openai', ['gpt-flaky']),
      upstream('slow-openai', 'openai', ['gpt-slow']),
      upstream('bad-openai', 'openai', ['gpt-bad']),
      upstream('bad-anthropic', 'anthropic', ['claude-bad']),
    ],
    aliases: [
      { name: 'safe', candidates: [{ model: 'gpt-flaky' }], fallbacks: { default: ['claude-good'] } },
      { name: `turn-${turn}`, candidates: [{ model: 'echo' }] },
    ],
    prices: { '*good': { input: 1 + (turn % 5), output: 2 } },
    routing: { breaker: { failures: 1_000_000 }, retry: { repeats: 1, baseMs: 1, maxMs: 5 } },
    traces: { record: 'full' },
    log: { level: 'warn' },
  };
  return `${imports.join('\n')}
    export default { plugins: [${plugins.map((name) => `${name}()`).join(', ')}], ...${JSON.stringify(config)} };
  `;
}

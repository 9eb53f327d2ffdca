import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, Ready } from '../bench/child.ts';
import type { AdminDocument, Surface } from '../support/hostile/surface.ts';
import type { Health } from './gateway-process.ts';
import { type Mocks, startMocks } from './mocks.ts';

/** A gateway that is under attack, its upstreams, and what an attacker knows of it. */
export interface World {
  readonly port: number;
  readonly surface: Surface;
  /** What no client may ever read: the upstreams' keys and addresses, and where the code lies. */
  readonly secrets: readonly string[];
  readonly mocks: Mocks;
  /** How the process ended, once it did. */
  readonly death: () => string | undefined;
  health(): Promise<Health>;
  /** Asks the admin API. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
  close(): Promise<void>;
}

const ADMIN_TOKEN = 'admin-token-of-the-fuzzer';
const UPSTREAM_KEY = 'sk-upstream-secret-of-the-fuzzer';
const CONSOLE = fileURLToPath(new URL('../../console/out', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function startWorld(): Promise<World> {
  const data = await mkdtemp(join(tmpdir(), 'dragoman-fuzz-'));
  let clientSecrets: readonly string[] = [ADMIN_TOKEN];
  const mocks = await startMocks(() => clientSecrets);
  const child = fork(fileURLToPath(new URL('gateway-process.ts', import.meta.url)), {
    env: { ...process.env, MOCK: mocks.url, DATA: data, ADMIN_TOKEN, UPSTREAM_KEY },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const words = listenTo(child);
  const { port = 0, key = '' } = await readyOf(child, words);
  const url = `http://127.0.0.1:${port}`;
  const admin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${url}/admin/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  const surface = await learn({ url, key, admin });
  clientSecrets = [ADMIN_TOKEN, ...Object.values(surface.keys)];
  return {
    port,
    surface,
    secrets: [UPSTREAM_KEY, new URL(mocks.url).host, ROOT],
    mocks,
    death: words.death,
    health: () => askHealth(child),
    admin,
    async close() {
      if (words.death() === undefined) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
      await mocks.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

interface Words {
  readonly death: () => string | undefined;
  readonly stderr: () => string;
}

/** The last that a process said is why it ended. */
const LAST_WORDS = 4_000;

function listenTo(child: ChildProcess): Words {
  let stderr = '';
  let death: string | undefined;
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-LAST_WORDS)));
  child.once('exit', (code, signal) => (death = `${signal ?? code}: ${stderr}`));
  return { death: () => death, stderr: () => stderr };
}

async function readyOf(child: ChildProcess, words: Words): Promise<Ready> {
  const message = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  const [first] = message as [ChildMessage | number | null];
  if (typeof first === 'object' && first?.type === 'ready') return first.ready;
  throw new Error(`The gateway did not start: ${words.stderr()}`);
}

async function askHealth(child: ChildProcess): Promise<Health> {
  const answer = once(child, 'message');
  child.send('health');
  const [message] = (await answer) as [ChildMessage];
  if (message.type !== 'answer') throw new Error('The gateway does not say how it is.');
  return message.answer as Health;
}

interface Source {
  readonly url: string;
  readonly key: string;
  readonly admin: World['admin'];
}

/** Makes what an attacker may have: keys of several kinds, a sign-in, and things to change. */
async function learn({ url, key, admin }: Source): Promise<Surface> {
  const createKey = async (input: object): Promise<{ readonly id: string; readonly secret: string }> => {
    const made = await admin<{ readonly key: { readonly id: string }; readonly secret: string }>(
      'POST',
      '/keys',
      input,
    );
    return { id: made.key.id, secret: made.secret };
  };
  const secretOf = async (input: object): Promise<string> => (await createKey(input)).secret;
  const scoped = { name: 'scoped', models: ['gpt-good'], upstreams: ['good-openai'] };
  const limits = { requestsPerMinute: 50, tokensPerDay: 5_000, costTotal: 1, concurrentRequests: 2 };
  const keys = {
    full: await secretOf({ name: 'full', relay: 'all' }),
    scoped: await secretOf(scoped),
    limited: await secretOf({ name: 'limited', limits }),
    remembering: await secretOf({ name: 'remembering', thread: { memory: true } }),
    expired: await secretOf({ name: 'expired', expiresAt: '2020-01-01T00:00:00Z' }),
  };
  const victims = await Promise.all(['victim 1', 'victim 2'].map((name) => createKey({ name })));
  const traces: string[] = [];
  const responses: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    const answer = await fetch(`${url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: count % 2 === 0 ? 'echo' : 'gpt-good', input: `Number ${count}` }),
    });
    traces.push(answer.headers.get('x-request-id') ?? '');
    responses.push(((await answer.json()) as { readonly id: string }).id);
  }
  return {
    keys,
    adminToken: ADMIN_TOKEN,
    cookie: await signIn(url, admin),
    ids: {
      key: victims.map(({ id }) => id),
      upstream: ['fuzz-1', 'fuzz-2', 'bad-openai', 'echo'],
      alias: ['alias-fuzz', 'alias-fuzz-2', '/^fuzz-(.+)$/', 'fuzz-*'],
      trace: traces,
      response: responses,
    },
    admin: await admin<AdminDocument>('GET', '/openapi.json'),
    consoleFiles: listConsole(),
  };
}

async function signIn(url: string, admin: World['admin']): Promise<string> {
  const link = await admin<{ readonly url: string }>('POST', '/sign-in-links');
  const answer = await fetch(`${url}/admin/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1' },
    body: JSON.stringify({ token: /token=([\w-]+)/.exec(link.url)?.[1] }),
  });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

function listConsole(): readonly string[] {
  try {
    return readdirSync(CONSOLE, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `console/${relative(CONSOLE, join(entry.parentPath, entry.name))}`)
      .toSorted();
  } catch {
    return [];
  }
}

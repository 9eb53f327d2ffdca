import type { Provider } from '@dragoman/plugin';
import {
  chatRequest,
  createTestContext,
  failureOf,
  type MockSocket,
  type MockUpstream,
  readReply,
  startMockSocket,
  startMockUpstream,
  type TestContext,
  textOf,
} from '@dragoman/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { acme as socketPlugin } from '../../packages/create-dragoman-plugin/template/socket/src/index.ts';
import { acme as program } from '../../packages/create-dragoman-plugin/template/stdio/src/index.ts';

let test: TestContext | undefined;
let login: MockUpstream | undefined;
let socket: MockSocket | undefined;
const closeServers = (): Promise<unknown> => Promise.all([login?.close(), socket?.close()]);
afterEach(async () => {
  await test?.close();
  await closeServers();
  [login, socket] = [undefined, undefined];
});

interface World {
  /** Users whose password is wrong. */
  readonly refused?: readonly string[];
  readonly users?: readonly string[];
  /** After which word the server falls silent. */
  readonly silentAfter?: number;
}

/** Servers that take only the newest token of each user; the first one they give is void at once. */
async function open({ refused = [], users = ['ann'], silentAfter }: World = {}) {
  const logins = new Map<string, number>();
  const answered: string[] = [];
  login = await startMockUpstream();
  login.handle('/login', ({ body }) => {
    const { user, password } = body as { readonly user: string; readonly password: string };
    logins.set(user, (logins.get(user) ?? 0) + 1);
    if (password !== 'pass-phrase' || refused.includes(user)) return { status: 401, body: {} };
    return { body: { token: `${user} ${logins.get(user)}`, seconds: 3600 } };
  });
  socket = await startMockSocket();
  socket.handle(({ body }) => {
    const { token, prompt } = body as { readonly token: string; readonly prompt: string };
    const [name = '', number] = token.split(' ');
    if (number === '1') return { messages: [{ error: 'token' }], close: { code: 1000 } };
    answered.push(name);
    const words = `You said: ${prompt}`.split(/(?= )/).map((text) => ({ text }));
    const said = [{ ready: true }, ...words.slice(0, silentAfter)];
    return silentAfter === undefined
      ? { messages: [...said, { done: true }], close: { code: 1000 } }
      : { messages: said, hang: true };
  });
  test = createTestContext();
  const accounts = users.map((user) => ({ user, password: 'pass-phrase' }));
  const [type] = socketPlugin().providers;
  const options = { url: `${socket.url}/chat`, loginUrl: `${login.url}/login`, accounts };
  return { provider: type.create(options, test.setup), logins, answered, test, socket };
}

const ask = async (provider: Provider, context: TestContext['context']): Promise<string> =>
  textOf(await readReply(provider.chat(chatRequest('Hello'), context)));

describe('the WebSocket provider of the plugin guide', () => {
  it('answers 20 calls at once with one login, and one refresh when the token is refused', async () => {
    const { provider, logins, test: own, socket: server } = await open();
    const texts = await Promise.all(Array.from({ length: 20 }, () => ask(provider, own.context)));
    expect(texts).toEqual(Array(20).fill('You said: Hello'));
    expect(logins.get('ann')).toBe(2);
    await expect.poll(() => server.open).toBe(0);
  });

  it('goes on for others when the first caller leaves during the login', async () => {
    const { provider, logins, test: own } = await open();
    const leaving = new AbortController();
    const first = failureOf(ask(provider, { ...own.context, signal: leaving.signal }));
    const other = ask(provider, own.context);
    leaving.abort();
    expect(await first).toMatchObject({ kind: 'cancelled' });
    expect(await other).toBe('You said: Hello');
    expect(logins.get('ann')).toBe(2);
  });

  it('shares calls among accounts, and leaves out one that cannot sign in', async () => {
    const {
      provider,
      logins,
      answered,
      test: own,
    } = await open({ users: ['ann', 'ben', 'cay'], refused: ['ben'] });
    for (let turn = 0; turn < 6; turn += 1) expect(await ask(provider, own.context)).toBe('You said: Hello');
    expect(new Set(answered)).toEqual(new Set(['ann', 'cay']));
    expect(logins.get('ben')).toBe(1);
  });

  it('fails with upstream-auth if nobody can sign in, without the password', async () => {
    const { provider, test: own } = await open({ refused: ['ann'] });
    const error = await failureOf(ask(provider, own.context));
    expect(error).toMatchObject({ kind: 'upstream-auth' });
    expect(JSON.stringify([error, own.logged])).not.toContain('pass-phrase');
  });

  it('closes the socket when its reader stops, and when the call is aborted', async () => {
    const { provider, test: own, socket: server } = await open({ silentAfter: 1 });
    for await (const event of provider.chat(chatRequest('Hello'), own.context))
      if (event.type === 'block-delta') break;
    await expect.poll(() => server.open).toBe(0);
    const reading = failureOf(ask(provider, own.context));
    await expect.poll(() => server.open).toBe(1);
    own.abort();
    expect(await reading).toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => server.open).toBe(0);
  });

  it('says so when there is no server', async () => {
    const { provider, test: own } = await open();
    await closeServers();
    expect(await failureOf(ask(provider, own.context))).toMatchObject({ kind: 'upstream-unreachable' });
  });
});

describe('the program provider of the plugin guide', () => {
  const create = (script: string): Provider => {
    test = createTestContext();
    const [type] = program({ command: process.execPath, args: ['-e', script] }).providers;
    return type.create({}, test.setup);
  };
  const context = (): TestContext['context'] => (test as TestContext).context;

  it('answers what the program writes', async () => {
    const provider = create('process.stdin.pipe(process.stdout)');
    expect(await ask(provider, context())).toBe('Hello');
  });

  it('fails when the program does, or when there is none', async () => {
    const failing = create('process.exit(3)');
    expect(await failureOf(ask(failing, context()))).toMatchObject({ message: 'The program failed.' });
    const [none] = program({ command: '/no/such/program' }).providers;
    const missing = none.create({}, (test as TestContext).setup);
    expect(await failureOf(ask(missing, context()))).toMatchObject({
      message: 'The program cannot be started.',
    });
  });

  it('ends the program when the call is aborted', async () => {
    const provider = create('process.stdout.write("begun"); setInterval(() => {}, 1000)');
    const reading = failureOf(
      (async () => {
        for await (const event of provider.chat(chatRequest('Hello'), context()))
          if (event.type === 'block-delta') test?.abort();
      })(),
    );
    expect(await reading).toMatchObject({ kind: 'cancelled' });
  });
});

import type { JsonObject, Provider } from '@dragoman/plugin';
import {
  chatRequest,
  createTestContext,
  failureOf,
  readReply,
  type TestContext,
  textOf,
} from '@dragoman/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { program } from '../../plugins/echo/test/example/program.ts';
import { socketProvider } from '../../plugins/echo/test/example/socket.ts';
import { type SocketServer, startSocketServer } from '../support/socket-server.ts';

let test: TestContext | undefined;
let server: SocketServer | undefined;
afterEach(async () => {
  await test?.close();
  await server?.close();
  server = undefined;
});

interface World {
  /** Users whose password is wrong. */
  readonly refused?: readonly string[];
  readonly users?: readonly string[];
  /** After which word the server falls silent. */
  readonly silentAfter?: number;
}

/** A server that takes only the newest token of each user; the first one it gives is void at once. */
async function open({ refused = [], users = ['ann'], silentAfter = Infinity }: World = {}) {
  const logins = new Map<string, number>();
  const answered: string[] = [];
  server = await startSocketServer({
    post(path, { user, password }) {
      const name = user as string;
      logins.set(name, (logins.get(name) ?? 0) + 1);
      if (path !== '/login' || password !== 'pass-phrase' || refused.includes(name))
        return { status: 401, body: {} };
      return { body: { token: `${name} ${logins.get(name)}`, seconds: 3600 } };
    },
    async *talk({ token, prompt }): AsyncGenerator<JsonObject> {
      const [name = '', number] = (token as string).split(' ');
      if (number === '1') {
        yield { error: 'token' };
        return;
      }
      answered.push(name);
      yield { ready: true };
      for (const [at, word] of `You said: ${prompt as string}`.split(' ').entries()) {
        if (at === silentAfter) await new Promise(() => {});
        yield { text: at === 0 ? word : ` ${word}` };
      }
      yield { done: true };
    },
  });
  test = createTestContext();
  const accounts = users.map((user) => ({ user, password: 'pass-phrase' }));
  const provider = socketProvider.create({ baseUrl: server.url, accounts }, test.setup);
  return { provider, logins, answered, test, open: server.open };
}

const ask = async (provider: Provider, context: TestContext['context']): Promise<string> =>
  textOf(await readReply(provider.chat(chatRequest('Hello'), context)));

describe('the WebSocket provider of the plugin guide', () => {
  it('answers 20 calls at once with one login, and one refresh when the token is refused', async () => {
    const { provider, logins, test: own, open: openSockets } = await open();
    const texts = await Promise.all(Array.from({ length: 20 }, () => ask(provider, own.context)));
    expect(texts).toEqual(Array(20).fill('You said: Hello'));
    expect(logins.get('ann')).toBe(2);
    await expect.poll(openSockets).toBe(0);
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
    const { provider, test: own, open: openSockets } = await open({ silentAfter: 1 });
    for await (const event of provider.chat(chatRequest('Hello'), own.context))
      if (event.type === 'block-delta') break;
    await expect.poll(openSockets).toBe(0);
    const reading = failureOf(ask(provider, own.context));
    await expect.poll(openSockets).toBe(1);
    own.abort();
    expect(await reading).toMatchObject({ kind: 'cancelled' });
    await expect.poll(openSockets).toBe(0);
  });

  it('says so when there is no server', async () => {
    const { provider, test: own } = await open();
    await server?.close();
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

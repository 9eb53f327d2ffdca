import { GatewayError } from '@dragoman/plugin';
import { chat, END, FINISH, later, never, OPEN, reply, say, START } from './providers.ts';

/** By name: providers that are broken in what they throw when they are called back, or in what they hand over. */
export const BROKEN_CALLBACKS: Readonly<Record<string, () => unknown>> = {
  'throws-proxy': () =>
    chat(() => {
      const refuse = (): never => {
        throw new Error('not to be touched');
      };
      throw new Proxy(new Error('hidden'), {
        get: refuse,
        has: refuse,
        getPrototypeOf: refuse,
        ownKeys: refuse,
      });
    }),
  'throws-cyclic-details': () =>
    chat(() => {
      const extensions: Record<string, never> = {};
      Reflect.set(extensions, 'self', extensions);
      throw new GatewayError('rate-limit', 'Holds itself.', { extensions });
    }),
  'throws-unreadable-details': () =>
    chat(() => {
      const get = (): never => {
        throw new Error('not to be read');
      };
      throw Object.defineProperty(new GatewayError('rate-limit', 'Hidden.'), 'details', { get });
    }),
  'throws-endless-wait': () =>
    chat(() => {
      throw new GatewayError('rate-limit', 'Wait.', { retryAfterMs: Number.POSITIVE_INFINITY });
    }),
  'tick-throws-late': () =>
    chat(async function* () {
      yield* reply(START, OPEN);
      // By now the gateway has asked for more, and an installed package looks like any other library.
      process.nextTick(() => {
        throw installed(new Error('thrown in a late tick'));
      });
      await later();
      yield* reply(say('Fine.'), END, FINISH);
    }),
  'listener-throws': () =>
    listensFor(() => {
      throw new Error('thrown in a listener');
    }),
  'listener-throws-installed': () =>
    listensFor(() => {
      throw installed(new Error('thrown in a listener'));
    }),
  'listener-throws-text': () =>
    listensFor(() => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw 'a text thrown in a listener';
    }),
  'listener-rejects': () => listensFor(() => Promise.reject('rejected in a listener')),
  'changes-context': () =>
    chat(async function* (_request, context) {
      Object.assign(context, { signal: null, log: null, http: null });
      yield* reply(START, OPEN, say('Fine.'), END);
      await never();
    }),
  'drops-garbage': () =>
    chat((_request, context) => {
      for (const garbage of [Symbol('field'), () => 1, 1n, null, 'x'.repeat(100_000)])
        context.drop(garbage as string, garbage as string);
      return reply(START, OPEN, say('Fine.'), END, FINISH);
    }),
  'half-parts': () =>
    chat(() =>
      reply(
        START,
        { type: 'block', index: 1, part: { type: 'media' } },
        { type: 'block', index: 2, part: { type: 'tool-result' } },
        { type: 'block', index: 3, part: { type: 'raw' } },
        OPEN,
        say('Fine.'),
        END,
        FINISH,
      ),
    ),
};

/** An error of a plugin that was installed as a package. */
function installed(error: Error): Error {
  const stack = 'at work (/app/node_modules/acme-plugin/index.js:1:1)';
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    ${stack}` });
}

/** Hears when the call ends, and does not take it well. */
function listensFor(deed: () => unknown): unknown {
  return chat(async function* (_request, { signal }) {
    signal.addEventListener('abort', () => deed());
    yield* reply(START, OPEN, say('Half'));
    await never();
  });
}

/** Providers that are broken in one way each. What they do here no test may do by itself: it could end its process. */
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { type CallContext, GatewayError } from '@dragoman/plugin';

/** What a provider that works says. */
export const START = { type: 'start', id: 'r', model: 'm' } as const;
export const OPEN = { type: 'block-start', index: 0, block: { type: 'text' } } as const;
export const say = (delta: unknown) => ({ type: 'block-delta', index: 0, delta });
export const END = { type: 'block-end', index: 0 } as const;
export const FINISH = { type: 'finish', reason: 'stop' } as const;

/** A credential with a scheme that nobody knows; the key alone must not be told either. */
export const KEY = 'k-4711-0815-secret';
export const CREDENTIAL = `Quill ${KEY}`;

export const never = (): Promise<never> => new Promise(() => {});
export const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

export async function* reply(...events: readonly unknown[]): AsyncGenerator {
  for (const event of events) yield event;
}

/** Answers properly, after it has done something that it should not. */
function answerAfter(deed: () => unknown) {
  return {
    async *chat() {
      deed();
      await later();
      yield* reply(START, OPEN, say('Fine.'), END, FINISH);
    },
  };
}

export const chat = (tell: (request: unknown, context: CallContext) => unknown) => ({ chat: tell });
const works = answerAfter(() => {});

/** By name: what `create` does. */
export const BROKEN: Readonly<Record<string, () => unknown>> = {
  'create-throws': () => {
    throw new Error(`the model file is missing, key ${KEY}`);
  },
  'create-nothing': () => undefined,
  'create-promise': async () => works,
  'create-half': () => ({ models: () => Promise.resolve([]) }),
  'create-no-functions': () => ({ ...works, embed: 'yes' }),

  'throws-plain': () =>
    chat(async function* () {
      yield* reply();
      throw new TypeError(`x is undefined, near ${KEY}`);
    }),
  'throws-at-once': () =>
    chat(() => {
      throw new RangeError('too far');
    }),
  'throws-text': () =>
    chat(async function* () {
      yield* reply();
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw 'just a text';
    }),
  'throws-nothing': () =>
    chat(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(undefined) }),
    })),
  'throws-unreadable': () =>
    chat(() => {
      const get = (): never => {
        throw new Error('not to be read');
      };
      throw Object.defineProperties(new Error('hidden'), { message: { get }, name: { get }, stack: { get } });
    }),
  'throws-late': () =>
    chat(async function* () {
      yield* reply(START, OPEN, say('Half'));
      throw new TypeError('broke in the middle');
    }),
  'throws-secret': () =>
    chat(() => {
      throw new GatewayError('rate-limit', `${CREDENTIAL} is over its limit.`, { code: `limit_${KEY}` });
    }),
  'throws-unknown-kind': () =>
    chat(() => {
      const error = new GatewayError('timeout', 'A kind of tomorrow.');
      throw Object.assign(error, { kind: 'tomorrow', details: undefined });
    }),
  'throws-abort': () =>
    chat(() => Promise.reject(new DOMException('Somebody else left.', 'AbortError')) as never),
  cancels: () =>
    chat(async function* () {
      yield* reply();
      throw new GatewayError('cancelled', 'The shared login was cancelled.');
    }),

  'no-iterable': () => chat(() => 42),
  'promise-of-iterable': () => chat(async () => reply(START, FINISH)),
  'next-is-no-function': () => chat(() => ({ [Symbol.asyncIterator]: () => ({ next: 7 }) })),
  'next-gives-nothing': () => chat(() => ({ [Symbol.asyncIterator]: () => ({ next: () => undefined }) })),
  'return-throws': () =>
    chat(() => {
      const source = reply(START, OPEN, say('Fine.'), END, FINISH);
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => source.next(),
          return() {
            throw new Error('will not end');
          },
        }),
      };
    }),
  'return-hangs': () =>
    chat(async function* () {
      try {
        yield* reply(START, OPEN, say('Fine.'), END, FINISH);
      } finally {
        await never();
      }
    }),

  silent: () =>
    chat(async function* () {
      await never();
      yield* reply();
    }),
  'silent-long': () => chat(() => ({ [Symbol.asyncIterator]: () => ({ next: never }) })),
  'silent-iterator': () => chat(() => ({ [Symbol.asyncIterator]: () => ({ next: never }) })),
  'silent-later': () =>
    chat(async function* () {
      yield* reply(START, OPEN, say('Half'));
      await never();
    }),
  'ends-early': () => chat(() => reply(START, OPEN, say('Half'))),
  'never-ends': () =>
    chat(async function* () {
      yield* reply(START, OPEN);
      for (;;) yield say('more and more '.repeat(100));
    }),
  'only-pings': () =>
    chat(async function* () {
      for (;;) yield { type: 'ping' };
    }),
  'only-garbage': () =>
    chat(async function* () {
      for (;;) yield 'garbage';
    }),
  huge: () =>
    chat(async function* () {
      yield* reply(START, OPEN);
      const delta = 'x'.repeat(1024 * 1024);
      for (;;) {
        await later();
        yield say(delta);
      }
    }),

  garbage: () =>
    chat(() => reply(42, null, [], 'text', START, {}, OPEN, say('Fine.'), END, undefined, FINISH)),
  'no-start': () => chat(() => reply(OPEN, say('lost'), END, FINISH)),
  'reused-index': () => chat(() => reply(START, OPEN, say('Fine.'), END, OPEN, say(' Lost.'), END, FINISH)),
  'left-open': () => chat(() => reply(START, OPEN, say('Fine.'), FINISH)),
  'wrong-values': () =>
    chat(() =>
      reply(START, OPEN, say(7), say('Fine.'), END, {
        ...FINISH,
        reason: 'end_turn',
        usage: { input: Number.NaN, output: -1 },
      }),
    ),
  'cyclic-part': () =>
    chat(() => {
      const value: Record<string, unknown> = {};
      value['self'] = value;
      return reply(START, { type: 'block', index: 0, part: { type: 'raw', protocol: 'x', value } }, FINISH);
    }),
  'no-usage': () => chat(() => reply(START, OPEN, say('Twelve letters.'), END, FINISH)),

  'timer-throws': () =>
    answerAfter(() =>
      setTimeout(() => {
        throw new Error('thrown in a timer');
      }, 1),
    ),
  'tick-throws': () =>
    answerAfter(() =>
      process.nextTick(() => {
        throw new Error('thrown in a tick');
      }),
    ),
  'rejects-later': () =>
    answerAfter(() => void later().then(() => Promise.reject(new Error('rejected later')))),
  'rejects-with-text': () => answerAfter(() => void Promise.reject('no error at all')),
  'rejects-with-unreadable': () => answerAfter(() => void Promise.reject(Object.create(null))),
  'socket-fails': () => answerAfter(() => connect(1, '127.0.0.1')),
  'created-timer': () => {
    setTimeout(() => {
      throw new Error(`thrown after create, ${KEY}`);
    }, 20);
    return works;
  },

  'models-hang': () => ({ ...works, models: never }),
  'models-throw': () => ({
    ...works,
    models() {
      throw new Error(`no models for ${KEY}`);
    },
  }),
  'models-garbage': () => ({ ...works, models: () => [{ name: 'm' }] }),
  'embed-throws': () => ({
    ...works,
    embed() {
      throw new Error('no vectors');
    },
  }),
  'embed-garbage': () => ({ ...works, embed: () => ({ vectors: [[Number.NaN]] }) }),
  'embed-no-usage': () => ({ ...works, embed: () => ({ vectors: [[1, 2]] }) }),
  'count-throws': () => ({ ...works, countTokens: () => Promise.reject(new Error('cannot count')) }),
  'count-nan': () => ({ ...works, countTokens: () => Number.NaN }),
  'close-throws': () => ({
    ...works,
    close() {
      throw new Error('will not close');
    },
  }),
  'close-hangs': () => ({ ...works, close: never }),
  'forward-garbage': () => forwards({ send: () => ({ status: 'fine' }) }),
  'forward-status-101': () => forwards({ send: async () => answer({ status: 101 }) }),
  'forward-status-99': () => forwards({ send: async () => answer({ status: 99 }) }),
  'forward-status-1000': () => forwards({ send: async () => answer({ status: 1000 }) }),
  'forward-status-nan': () => forwards({ send: async () => answer({ status: Number.NaN }) }),
  'forward-header-object': () => forwards({ send: async () => answer({ headers: { etag: { a: 1 } } }) }),
  'forward-header-throws': () =>
    forwards({
      send: async () =>
        answer({
          headers: {
            get 'content-type'(): never {
              throw new Error('no such header');
            },
          },
        }),
    }),
  'forward-no-iterator': () =>
    forwards({
      send: async () =>
        answer({
          body: Object.assign(Readable.from(['{}']), {
            [Symbol.asyncIterator]() {
              throw new Error('no iterator');
            },
          }),
        }),
    }),
  'forward-fails-early': () =>
    forwards({
      send: async () => answer({ body: new Readable({ read() {} }).destroy(new Error('too early')) }),
    }),
  'forward-read-already': () =>
    forwards({ send: async () => answer({ body: Readable.from(['{}']).resume() }) }),
  'forward-hangs': () => forwards({ send: never }),
  'forward-body-hangs': () =>
    forwards({
      send: async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: bytes('{') }),
    }),
  'forward-stream-hangs': () =>
    forwards({
      send: async () => ({
        ...{ status: 200, headers: { 'content-type': 'text/event-stream' } },
        body: bytes('data: {"half":true}\n\n'),
      }),
    }),
  'forward-error-throws': () =>
    forwards({
      send: async () => ({ status: 500, headers: {}, body: Readable.from([]) }),
      decodeError() {
        throw new Error('cannot read it');
      },
    }),
  'forward-reader-throws': () =>
    forwards({
      send: async () => ({
        ...{ status: 200, headers: { 'content-type': 'text/event-stream' } },
        body: Readable.from(['data: {}\n\n']),
      }),
      reader() {
        throw new Error('no reader');
      },
    }),
};

const answer = (own: object) => ({
  ...{ status: 200, headers: { 'content-type': 'application/json' }, body: Readable.from(['{}']) },
  ...own,
});

/** A body that never ends. */
function bytes(start: string): Readable {
  const body = new Readable({ read() {} });
  body.push(start);
  return body;
}

function forwards(own: object): unknown {
  return {
    ...works,
    forward: {
      wires: ['openai-chat'],
      decodeError: () => new GatewayError('upstream-broken', 'Broken.'),
      ...own,
    },
  };
}

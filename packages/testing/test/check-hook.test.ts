import { answer, type ChatEvent, GatewayError, type Hook, type HookSetup, mapText } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { checkHook, hookChecks } from '../src/checks.ts';
import { contractOf, maskWord, PONG, sound } from './sound-hook.ts';

it('finds nothing wrong with a sound hook', async () => {
  expect(await checkHook(contractOf(sound))).toEqual([]);
});

interface Fault {
  readonly name: string;
  readonly rule: string;
  readonly says: RegExp;
  readonly create: (word: string, setup: HookSetup) => Hook;
  readonly own?: object;
}

const without =
  (...methods: readonly (keyof Hook)[]) =>
  (word: string): Hook =>
    Object.fromEntries(Object.entries(sound(word)).filter(([name]) => !methods.includes(name as keyof Hook)));

const FAULTS: readonly Fault[] = [
  {
    name: 'an async applies',
    rule: 'applies-at-once',
    says: /cannot be async/,
    create: (word) => ({ ...sound(word), applies: (async () => true) as unknown as () => boolean }),
  },
  { name: 'no request', rule: 'decides', says: /does not refuse/, create: without('request') },
  {
    name: 'a plain error in place of a refusal',
    rule: 'decides',
    says: /use `refuse/,
    create: (word) => ({
      ...sound(word),
      request() {
        throw new Error('No.');
      },
    }),
  },
  {
    name: 'a request that is changed in place',
    rule: 'decides',
    says: /read only|not extensible/,
    create: (word) => ({
      ...sound(word),
      request: (request) => Object.assign(request, { messages: [] }),
    }),
  },
  {
    name: 'a request that no longer streams',
    rule: 'keeps-the-question',
    says: /stream/,
    create: (word) => ({ ...sound(word), request: (request) => ({ ...request, stream: false }) }),
  },
  {
    name: 'a match that passes in pieces',
    rule: 'changes-replies',
    says: /in pieces of 1/,
    create: (word) => ({
      ...sound(word),
      reply: (events) =>
        mapText(events, () => ({ push: (text) => text.replaceAll(word, '***'), end: () => '' })),
    }),
  },
  {
    name: 'state that requests share',
    rule: 'keeps-requests-apart',
    says: /The reply/,
    create(word) {
      const shared = maskWord(word);
      return { ...sound(word), reply: (events) => mapText(events, () => shared) };
    },
  },
  {
    name: 'an end that is left out',
    rule: 'keeps-grammar',
    says: /grammar/,
    create: (word) => ({
      ...sound(word),
      async *reply(events) {
        for await (const event of events) if (event.type !== 'block-end') yield event;
      },
    }),
  },
  {
    name: 'a reply that is held until its end',
    rule: 'streams',
    says: /No text comes out/,
    create: (word) => ({
      ...sound(word),
      async *reply(events) {
        const all: ChatEvent[] = [];
        for await (const event of events) all.push(event);
        yield* all;
      },
    }),
    own: { patienceMs: 100 },
  },
  {
    name: 'a failure that is swallowed',
    rule: 'passes-failures-on',
    says: /as if it were whole|grammar|ended early/,
    create: (word) => ({
      ...sound(word),
      async *reply(events) {
        try {
          yield* events;
        } catch {
          yield { type: 'block-end', index: 0 };
          yield { type: 'finish', reason: 'stop' };
        }
      },
    }),
  },
  {
    name: 'a failure that becomes another',
    rule: 'passes-failures-on',
    says: /The error/,
    create: (word) => ({
      ...sound(word),
      async *reply(events) {
        try {
          yield* events;
        } catch {
          throw new GatewayError('internal', 'Something went wrong.');
        }
      },
    }),
  },
  {
    name: 'an upstream that is not let go',
    rule: 'lets-go',
    says: /for await/,
    create: (word) => ({
      ...sound(word),
      async *reply(events) {
        const iterator = events[Symbol.asyncIterator]();
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
      },
    }),
  },
  {
    name: 'an attempt that is not changed',
    rule: 'changes-attempts',
    says: /temperature/,
    create: without('attempt'),
  },
  {
    name: 'a candidate that is not refused',
    rule: 'changes-attempts',
    says: /does not refuse/,
    create: without('attempt'),
  },
  {
    name: 'an answer at a candidate',
    rule: 'changes-attempts',
    says: /only `request` can answer/,
    create: (word) => ({ ...sound(word), attempt: () => answer(PONG) as never }),
  },
  {
    name: 'an attempt that no longer streams',
    rule: 'changes-attempts',
    says: /stream/,
    create: (word) => ({ ...sound(word), attempt: (request) => ({ ...request, stream: false }) }),
  },
  {
    name: 'an attempt that changes the request in place',
    rule: 'changes-attempts',
    says: /read only|not extensible/,
    create: (word) => ({
      ...sound(word),
      attempt: (request) => Object.assign(request, { sampling: { temperature: 0 } }),
    }),
  },
  {
    name: 'state that attempts share',
    rule: 'keeps-attempts-apart',
    says: /temperature/,
    create(word) {
      let last = '';
      return {
        ...sound(word),
        async attempt(request, { upstream }) {
          last = upstream;
          await Promise.resolve();
          return { ...request, sampling: { temperature: last === 'hot' ? 1 : 0 } };
        },
      };
    },
  },
  {
    name: 'a body that is not changed',
    rule: 'changes-bodies',
    says: /The body\.user/,
    create: without('raw'),
  },
  {
    name: 'a body that must be left',
    rule: 'changes-bodies',
    says: /The body: expected/,
    create: (word) => ({ ...sound(word), raw: (body) => ({ ...body, seen: true }) }),
  },
  {
    name: 'a body that is changed in place',
    rule: 'changes-bodies',
    says: /read only|not extensible/,
    create: (word) => ({ ...sound(word), raw: (body) => Object.assign(body, { seen: true }) }),
  },
  {
    name: 'an async raw',
    rule: 'survives-any-body',
    says: /must return at once/,
    create: (word) => ({ ...sound(word), raw: (async () => undefined) as unknown as () => undefined }),
  },
  {
    name: 'a body that is no JSON',
    rule: 'survives-any-body',
    says: /after JSON/,
    create: (word) => ({
      ...sound(word),
      raw: (body) => ({ ...body, at: new Date(0) as unknown as string }),
    }),
  },
  {
    name: 'a raw that trusts the client',
    rule: 'survives-any-body',
    says: /throws TypeError/,
    create: (word) => ({
      ...sound(word),
      raw(body) {
        (body['messages'] as string[]).map(() => 1);
        return undefined;
      },
    }),
  },
  {
    name: 'an unknown action',
    rule: 'notes-well',
    says: /unknown action/,
    create: (word) => ({
      ...sound(word),
      request(request, { note }) {
        note({ rule: 'word', action: 'mask' as 'change' });
        return request;
      },
    }),
    own: { requests: [{ name: 'a plain text' }] },
  },
  {
    name: 'a secret in a finding',
    rule: 'keeps-secrets',
    says: /A finding contains/,
    create: (word) => ({
      ...sound(word),
      request(request, { note }) {
        note({ rule: 'word', action: 'pass', detail: word });
        return request;
      },
    }),
    own: { requests: [{ name: 'a plain text' }] },
  },
  {
    name: 'a promise that nobody awaits',
    rule: 'leaves-no-strays',
    says: /nobody waited/,
    create: (word) => ({
      ...sound(word),
      request(request) {
        void Promise.reject(new Error('nobody waited'));
        return request;
      },
    }),
  },
  {
    name: 'a close that hangs',
    rule: 'closes',
    says: /does not close/,
    create: (word) => ({ ...sound(word), close: () => new Promise(() => {}) }),
    own: { patienceMs: 100 },
  },
];

/** Rules without checks of their own: those of others find them. */
const CHECKED_BY: Readonly<Record<string, readonly string[]>> = {
  'notes-well': ['decides'],
  'keeps-secrets': ['decides'],
  'leaves-no-strays': ['decides'],
  closes: ['applies-at-once'],
};

it.each(FAULTS)('finds $name', async ({ rule, says, create, own }) => {
  const only = [rule, ...(CHECKED_BY[rule] ?? [])];
  const problems = await checkHook(contractOf(create, own), { only });
  const found = problems.filter((problem) => problem.rule === rule).map(({ message }) => message);
  expect(found, JSON.stringify(problems)).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
});

it('has a planted fault for every rule of hooks', () => {
  const rules = hookChecks(contractOf(sound)).map(({ rule }) => rule);
  const ofOptions = [
    'has-a-name',
    'publishes-options',
    'explains-options',
    'marks-secrets',
    'refuses-unknown-options',
  ];
  const own = rules.filter((rule) => !ofOptions.includes(rule));
  expect(new Set(FAULTS.map(({ rule }) => rule))).toEqual(new Set([...own, ...Object.keys(CHECKED_BY)]));
});

import type { ObserverSetup, TraceObserver } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { checkObserver, type ObserverContract, observerChecks } from '../src/checks.ts';

type Create = ObserverContract['create'];

/** Sends what it has collected when it is closed. */
const sound: Create = ({ http, log }) => {
  const slow: string[] = [];
  return {
    observe: ({ id }) => void slow.push(id),
    async close() {
      const sending = http.send({ method: 'POST', url: 'http://127.0.0.1:9/', body: slow.join() });
      await sending.catch(() => log.warn({}, 'Nobody takes the records.'));
    },
  };
};

const contractOf = (create: Create): ObserverContract => ({ create, secrets: ['hush'], patienceMs: 1_000 });

it('finds nothing wrong with a sound observer', async () => {
  expect(await checkObserver({ ...contractOf(sound), patienceMs: 10_000 })).toEqual([]);
});

const observing =
  (observe: (setup: ObserverSetup, ...of: Parameters<TraceObserver['observe']>) => unknown): Create =>
  (setup) => ({ observe: (trace) => observe(setup, trace) as void });

const FAULTS: readonly (readonly [name: string, rule: string, says: RegExp, create: Create])[] = [
  [
    'a record that it cannot take',
    'takes-any-record',
    /undefined/,
    observing((_, { attempts }) => void (attempts[0] as { upstream: string }).upstream),
  ],
  ['an async observe', 'takes-any-record', /must not be async/, observing(async () => {})],
  [
    'a record that is changed',
    'takes-any-record',
    /not extensible/,
    observing((_, trace) => void Object.assign(trace, { seen: true })),
  ],
  [
    'a close that fails when its records are not taken',
    'survives-failures',
    /Nobody is there/,
    ({ http }) => ({
      observe: () => {},
      close: async () => void (await http.send({ method: 'POST', url: 'http://127.0.0.1:9/' })),
    }),
  ],
  [
    'a failure that nobody catches',
    'leaves-no-strays',
    /Nobody is there/,
    observing(({ http }) => void http.send({ method: 'POST', url: 'http://127.0.0.1:9/' })),
  ],
  [
    'a secret in the log',
    'keeps-secrets',
    /The log contains/,
    observing(({ log }) => log.info({ token: 'hush' }, 'A request.')),
  ],
  [
    'a close that hangs',
    'closes',
    /does not close/,
    () => ({ observe: () => {}, close: () => new Promise(() => {}) }),
  ],
];

it.each(FAULTS)('finds %s', async (_, rule, says, create) => {
  const problems = await checkObserver(contractOf(create));
  const found = problems.filter((problem) => problem.rule === rule).map(({ message }) => message);
  expect(found, JSON.stringify(problems)).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
});

/** Rules without checks of their own: those of others find them. */
const FOUND_BY_OTHERS = ['leaves-no-strays', 'keeps-secrets', 'closes'];

it('has a planted fault for every rule of observers', () => {
  const rules = observerChecks(contractOf(sound)).map(({ rule }) => rule);
  expect(new Set(FAULTS.map(([, rule]) => rule))).toEqual(new Set([...rules, ...FOUND_BY_OTHERS]));
});

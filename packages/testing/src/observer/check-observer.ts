import {
  type AttemptRecord,
  GatewayError,
  type ObserverSetup,
  type TraceObserver,
  type TraceRecord,
} from '@dragoman/plugin';
import { BrokenRule, type Check, type CheckOptions, type Problem, runChecks } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { must, mustNotContain } from '../check/expect.ts';
import { PATIENCE_MS, withPatience } from '../check/patience.ts';
import { withoutStrays } from '../check/strays.ts';
import { createTestContext } from '../context/call-context.ts';
import { traceRecord } from '../context/trace-record.ts';

/** What a suite needs to know of an observer. */
export interface ObserverContract {
  /** Creates the observer, such as `notify({ … }).createObserver`. */
  readonly create: (setup: ObserverSetup) => TraceObserver;
  /** Values of the options that may never be seen in a log. */
  readonly secrets?: readonly string[];
  /** More records to observe, besides those of the suite. */
  readonly records?: readonly TraceRecord[];
  /** How long `close` may take, in milliseconds. Default: 10,000. */
  readonly patienceMs?: number;
}

/** All that an observer is held to. */
export function observerChecks(contract: ObserverContract): readonly Check[] {
  const records = [...RECORDS, ...(contract.records ?? [])].map(deepFreeze);
  const observe = (observer: TraceObserver): void => {
    for (const record of records) {
      const returned: unknown = observer.observe(record);
      if (returned instanceof Promise) returned.catch(() => {});
      must(
        returned === undefined,
        '`observe` returns something: it must not be async. Collect, and send later.',
      );
    }
  };
  return [
    {
      rule: 'takes-any-record',
      title: 'takes a record of every outcome, and returns at once',
      run: () => observing(contract, observe),
    },
    {
      rule: 'survives-failures',
      title: 'goes on when nobody answers its requests',
      run: () => observing(contract, observe, NOBODY),
    },
  ];
}

const NOBODY: ObserverSetup['http'] = {
  send: () => Promise.reject(new GatewayError('upstream-unreachable', 'Nobody is there.')),
};

const ATTEMPT: AttemptRecord = {
  ...{ upstream: 'a', model: 'm', name: 'm', reason: 'first' as const },
  ...{ queuedMs: 0, startMs: 1, endMs: 2 },
};
const BROKEN: AttemptRecord = { ...ATTEMPT, error: { kind: 'upstream-broken', message: 'It broke.' } };

/** Requests as they end: well, badly, early, and with odd texts. */
const RECORDS: readonly TraceRecord[] = [
  traceRecord(),
  traceRecord({ keyId: 'key_1', keyName: 'app', model: 'm', upstream: 'a', attempts: [ATTEMPT] }),
  traceRecord({ status: 502, outcome: 'error', attempts: [BROKEN, ATTEMPT] }),
  traceRecord({ status: 499, outcome: 'aborted' }),
  traceRecord({ outcome: 'interrupted' }),
  traceRecord({ status: 401, outcome: 'refused' }),
  traceRecord({ model: '漢\u0000\ud800\r\nx: y', userAgent: 'a'.repeat(10_000), keyName: '`*_[](){}' }),
];

/** Lets an observer observe. Afterwards nothing may be left behind, and no secret may be in the log. */
async function observing(
  { create, secrets = [], patienceMs = PATIENCE_MS }: ObserverContract,
  work: (observer: TraceObserver) => void,
  client?: ObserverSetup['http'],
): Promise<void> {
  const test = createTestContext();
  const { log, http, clock } = test.setup;
  try {
    await withoutStrays(async () => {
      const observer = create({ log, http: client ?? http, now: () => clock.now() });
      work(observer);
      const closing = Promise.resolve(observer.close?.());
      await withPatience(closing, patienceMs, new BrokenRule('It does not close.', { rule: 'closes' }));
    });
    mustNotContain(test.logged, secrets, 'The log');
  } finally {
    await test.close();
  }
}

/** Runs the contract of observers, and returns what is wrong. Needs no test runner. */
export function checkObserver(
  contract: ObserverContract,
  options?: CheckOptions,
): Promise<readonly Problem[]> {
  return runChecks(observerChecks(contract), options);
}

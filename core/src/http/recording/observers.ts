import { timeoutsSchema } from '../../config/upstream.ts';
import type { HttpClient, Log, Plugin, TraceObserver } from '@dragoman/plugin';
import type { HttpPools } from '../../transport/pools.ts';
import { bindLog } from '../../registry/containment/bound-log.ts';
import { describeThrown } from '../../registry/containment/describe-thrown.ts';
import { isDoneWithin } from '../../timing/done-within.ts';
import { runAs } from '../../registry/containment/plugin-scope.ts';
import { observerProblems } from '../../registry/containment/plugin-shape.ts';
import { RepeatLimit } from '../../timing/repeat-limit.ts';

interface ObserversInput {
  readonly log: Log;
  readonly pools: HttpPools;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** An observer whose failures are logged and affect nobody else. */
export interface ContainedObserver extends Pick<TraceObserver, 'observe'> {
  close(): Promise<void>;
}

export type Observers = readonly ContainedObserver[];

/** Observers must not take long. */
const OBSERVER_TIMEOUTS = timeoutsSchema.parse({ connectMs: 5_000, headersMs: 10_000, idleMs: 10_000 });

/** The observers of all plugins. One that cannot be created is skipped. */
export function createObservers(
  plugins: readonly Plugin[],
  { log, pools, now, signal }: ObserversInput,
): Observers {
  const http = pools.client({ timeouts: OBSERVER_TIMEOUTS, signal });
  return plugins.flatMap((plugin) => {
    if (!plugin.createObserver) return [];
    const own = bindLog(log, { plugin: plugin.name });
    try {
      return [createObserver(plugin, { log: own, http, now })];
    } catch (error) {
      own.error({ error }, `The plugin ${plugin.name} could not create its observer; it is disabled.`);
      return [];
    }
  });
}

interface ObserverInput {
  readonly log: Log;
  readonly http: HttpClient;
  readonly now: () => number;
}

function createObserver(plugin: Plugin, setup: ObserverInput): ContainedObserver {
  const { log } = setup;
  const scope = { plugin: plugin.name };
  const observer = runAs(scope, () => plugin.createObserver?.(setup));
  const [problem] = observerProblems(observer);
  if (problem !== undefined) throw new Error(`createObserver() did not return a valid observer: ${problem}.`);
  const limit = new RepeatLimit();
  const failed = (error: unknown): void => {
    const fields = limit.take(describeThrown(error));
    if (fields) log.error({ error, ...fields }, 'An observer of requests failed.');
  };
  return {
    observe(trace) {
      try {
        // TypeScript accepts a function that returns a promise here.
        const result: unknown = runAs(scope, () => observer?.observe(trace));
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    },
    close: () =>
      runAs(scope, async () => observer?.close?.()).catch((error: unknown) =>
        log.warn({ error }, 'An observer did not close cleanly.'),
      ),
  };
}

/** The receivers of observers may be gone: the gateway stops anyway. */
const CLOSE_MS = 5_000;

export async function closeObservers(observers: readonly ContainedObserver[]): Promise<void> {
  await isDoneWithin(CLOSE_MS, Promise.all(observers.map((observer) => observer.close())));
}

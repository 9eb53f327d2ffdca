import type { Context } from 'koa';
import type { ResolvedConfig } from '../../config/resolved.ts';
import type { Prices } from '../../limits/prices.ts';
import type { ContainedObserver } from './observers.ts';
import type { Log, TraceRecord } from '@dragoman/plugin';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Upstreams } from '../../upstreams/upstream.ts';
import type { StoredKey } from '../../state/state.ts';
import { type CaptureBounds, CaptureBudget } from '../../trace/capture.ts';
import { pack } from '../../trace/packed.ts';
import { type Recording, recordingOf } from '../../config/recording.ts';
import type { Traces } from '../../trace/traces.ts';
import type { RequestState } from '../base/request-state.ts';
import { createLiveRequests } from './live-requests.ts';
import { outcomeOf, traceOf } from './trace-of.ts';

/** Records requests, for traces and metrics. */
export interface Recorder {
  /** How much of bodies may have to be kept; `undefined` if nothing will be. */
  captureBounds(key: StoredKey | undefined): CaptureBounds | undefined;
  begin(ctx: Context): void;
  end(ctx: Context): void;
}

export interface RecorderDeps {
  readonly config: ResolvedConfig['traces'];
  readonly traces: Traces;
  /** Whether the disk is too full for bodies. */
  readonly isDiskLow: () => boolean;
  readonly metrics: Metrics | undefined;
  readonly prices: Prices;
  readonly upstreams: Upstreams;
  readonly observers: readonly ContainedObserver[];
  readonly log: Pick<Log, 'error'>;
}

/** The memory that running requests may hold for their traces, in bytes; beyond this, bodies are truncated. */
const MAX_LIVE_BYTES = 256 * 1024 * 1024;

export const NO_RECORDER: Recorder = { captureBounds: () => undefined, begin: () => {}, end: () => {} };

export function createRecorder(deps: RecorderDeps): Recorder {
  const { config, traces, isDiskLow, metrics, prices, upstreams, observers, log } = deps;
  const { record: gateway, maxBodyBytes } = config;
  const live = traces.isOn
    ? createLiveRequests(
        (ctx) => {
          const trace = traceOf(ctx, { prices, outcome: 'running' });
          if (recordingFor(ctx).level !== 'off') traces.record({ ...trace, bodies: 'running' });
        },
        (error) => log.error({ error }, 'A running request could not be recorded.'),
      )
    : undefined;

  const recordingFor = (ctx: Context): Recording => {
    const { key, record } = ctx.state as RequestState;
    const asked = record.attemptRecords.map(({ upstream }) => upstreams.get(upstream)?.config.traces);
    return recordingOf({ gateway, key: key?.traces, upstreams: asked });
  };
  const notify = (trace: TraceRecord): void => {
    for (const observer of observers) observer.observe(trace);
  };
  const keep = (ctx: Context, trace: TraceRecord): void => {
    const { level, by } = recordingFor(ctx);
    const { capture, arrivedAt } = (ctx.state as RequestState).record;
    // Observers work without a store, but not for a key or upstream that is off.
    if (level !== 'off' || by === 'gateway') notify(trace);
    if (level === 'off') return;
    if (level !== 'full') traces.record({ ...trace, bodies: by });
    else if (isDiskLow()) traces.record({ ...trace, bodies: 'disk' });
    else if (capture) traces.record({ ...trace, bodies: 'kept' }, pack(capture, arrivedAt));
    else traces.record({ ...trace, bodies: 'unread' });
  };

  // Called for every request, on a list that hardly ever changes.
  let known: ReturnType<Upstreams['all']> | undefined;
  let hasFullUpstream = false;
  const someUpstreamIsFull = (): boolean => {
    const all = upstreams.all();
    if (all !== known) {
      known = all;
      hasFullUpstream = all.some((one) => one.config.traces === 'full');
    }
    return hasFullUpstream;
  };
  const bounds = { limit: maxBodyBytes, budget: new CaptureBudget(MAX_LIVE_BYTES) };
  const isWanted = traces.isOn || metrics !== undefined || observers.length > 0;
  return {
    captureBounds(key) {
      const level = key?.traces ?? gateway;
      if (gateway === 'off' || level === 'off') return undefined;
      const mayBeFull = level === 'full' || (!key?.traces && someUpstreamIsFull());
      return mayBeFull ? bounds : undefined;
    },
    begin: (ctx) => live?.add(ctx),
    end(ctx) {
      live?.remove(ctx);
      const { record, refused, isSampled, isTraced } = ctx.state as RequestState;
      record.capture?.release();
      if (refused) metrics?.countRefusal(refused);
      if (!isTraced || !isWanted || isSampled === false) return;
      const trace = traceOf(ctx, { prices, outcome: outcomeOf(ctx) });
      if (traces.isOn || observers.length > 0) keep(ctx, trace);
      if (!refused) metrics?.observe(trace);
    },
  };
}

import type { Context } from 'koa';
import type { ResolvedConfig } from '../config/resolved.ts';
import type { Prices } from '../limits/prices.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Upstreams } from '../routing/upstream.ts';
import type { StoredKey } from '../state/state.ts';
import { pack } from '../trace/packed.ts';
import type { TraceRecord } from '../trace/record.ts';
import { type Recording, recordingOf } from '../trace/recording.ts';
import type { Traces } from '../trace/traces.ts';
import type { RequestState } from './exchange.ts';
import { createLiveRequests } from './live-requests.ts';
import { outcomeOf, traceOf } from './trace-record.ts';

/** Writes down what happens to requests: for traces and for metrics. */
export interface Recorder {
  /** The most that may have to be kept of each body, in bytes; `undefined` where none will be. */
  captureLimit(key: StoredKey | undefined): number | undefined;
  begin(ctx: Context): void;
  end(ctx: Context): void;
}

export interface RecorderDeps {
  readonly config: ResolvedConfig['traces'];
  readonly traces: Traces;
  readonly metrics: Metrics | undefined;
  readonly prices: Prices;
  readonly upstreams: Upstreams;
}

export const NO_RECORDER: Recorder = { captureLimit: () => undefined, begin: () => {}, end: () => {} };

export function createRecorder({ config, traces, metrics, prices, upstreams }: RecorderDeps): Recorder {
  const { record: gateway, maxBodyBytes } = config;
  const live = traces.isOn
    ? createLiveRequests((ctx) => {
        const trace = traceOf(ctx, { prices, outcome: 'running' });
        if (recordingFor(ctx).level !== 'off') traces.record({ ...trace, bodies: 'running' });
      })
    : undefined;

  const recordingFor = (ctx: Context): Recording => {
    const { key, notes } = ctx.state as RequestState;
    const asked = notes.tries.map(({ upstream }) => upstreams.get(upstream)?.config.traces);
    return recordingOf({ gateway, key: key?.traces, upstreams: asked });
  };
  const keep = (ctx: Context, trace: TraceRecord): void => {
    const { level, by } = recordingFor(ctx);
    const { capture, arrivedAt } = (ctx.state as RequestState).notes;
    if (level === 'off') return;
    if (level === 'full' && capture) traces.record({ ...trace, bodies: 'kept' }, pack(capture, arrivedAt));
    else traces.record({ ...trace, bodies: by });
  };

  return {
    captureLimit(key) {
      const level = key?.traces ?? gateway;
      if (gateway === 'off' || level === 'off') return undefined;
      const mayBeFull =
        level === 'full' || (!key?.traces && upstreams.all().some((one) => one.config.traces === 'full'));
      return mayBeFull ? maxBodyBytes : undefined;
    },
    begin: (ctx) => live?.add(ctx),
    end(ctx) {
      live?.remove(ctx);
      if (!(ctx.state as RequestState).isTraced || (!traces.isOn && !metrics)) return;
      const trace = traceOf(ctx, { prices, outcome: outcomeOf(ctx) });
      if (traces.isOn) keep(ctx, trace);
      metrics?.observe(trace);
    },
  };
}

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AttemptRecord, HookRecord, Refusal, TraceRecord } from '@dragoman/plugin';
import { BREAKER_STATES, type BreakerState } from '../upstreams/breaker.ts';
import { exposeLimits, type LimitSample } from './limit-series.ts';
import { CounterSeries, HistogramSeries } from './series.ts';

/** Values that are read on each scrape. */
export interface MetricSources {
  readonly upstreams: () => readonly {
    readonly id: string;
    readonly running: number;
    readonly waiting: number;
    /** How many of its models are in each breaker state. */
    readonly breakers: Readonly<Record<BreakerState, number>>;
    /** Until the last cooldown of its models ends, in milliseconds. */
    readonly restMs: number;
  }[];
  /** The usage of every limit. */
  readonly limits: () => Promise<readonly LimitSample[]>;
  /** Bytes of request bodies in memory. */
  readonly bodies: () => number;
  readonly log: () => { readonly lost: number; readonly failures: number };
  readonly traces: () => { readonly waiting: number; readonly lost: number; readonly shed: number };
}

/** Request metrics for Prometheus. There are few label names, and label values come from the configuration. */
export interface Metrics {
  observe(trace: TraceRecord): void;
  /** Counts a request that was refused unread; those are not observed. */
  countRefusal(reason: Refusal): void;
  /** The metrics as text, and their content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** A hook delays each request that it sees. */
const HOOK_SECONDS = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'dragoman_' });
  const counters = createCounters(registry);
  // Looked up once for all gauges: there may be hundreds.
  let upstreams: ReturnType<MetricSources['upstreams']> = [];
  createGauges(registry, { ...sources, upstreams: () => upstreams });
  return {
    countRefusal: (reason) => counters.refusal(reason),
    observe(trace) {
      if (trace.outcome === 'running') return;
      counters.request(trace);
      for (const attempt of trace.attempts) counters.attempt(attempt, trace);
      for (const call of trace.hooks ?? []) counters.hook(call);
    },
    async expose() {
      upstreams = sources.upstreams();
      const text = (await registry.metrics()) + (await exposeLimits(await sources.limits()));
      return { text, contentType: registry.contentType };
    },
  };
}

interface Counters {
  refusal(reason: Refusal): void;
  request(trace: TraceRecord): void;
  attempt(attempt: AttemptRecord, trace: TraceRecord): void;
  hook(call: HookRecord): void;
}

function createCounters(registry: Registry): Counters {
  const served = ['protocol', 'upstream'] as const;
  const counter = <Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
  ): CounterSeries<Label> => new CounterSeries({ name: `dragoman_${name}`, help, labels }).register(registry);
  const histogram = (name: string, help: string): HistogramSeries<(typeof served)[number]> =>
    new HistogramSeries({ name: `dragoman_${name}`, help, labels: served }, SECONDS).register(registry);

  const requests = counter('requests_total', 'Client requests, by outcome.', [...served, 'outcome', 'error']);
  const duration = histogram('request_duration_seconds', 'Time until the whole reply was sent.');
  const firstToken = histogram('time_to_first_token_seconds', 'Time until the first content.');
  const tokens = counter('tokens_total', 'Tokens, by kind.', [...served, 'kind']);
  const cost = counter('cost_dollars_total', 'Cost of requests with a known price.', served);
  const unpriced = counter('unpriced_requests_total', 'Requests with an unknown price.', served);
  const attempts = counter('attempts_total', 'Attempts at upstreams, by outcome.', [
    'upstream',
    'reason',
    'error',
  ]);
  const fallbacks = counter('fallbacks_total', 'Attempts made by a fallback.', ['upstream']);
  const faults = counter('provider_faults_total', 'Faults in the events of providers.', ['upstream']);
  const hookCalls = counter('hook_calls_total', 'Calls of hooks, by what they did.', [
    'hook',
    'phase',
    'action',
    'shadow',
  ]);
  const hookSeconds = new HistogramSeries(
    {
      name: 'dragoman_hook_duration_seconds',
      help: 'Time that a call of a hook worked.',
      labels: ['hook', 'phase'],
    },
    HOOK_SECONDS,
  ).register(registry);
  const findings = counter('hook_findings_total', 'What hooks found, by what they did about it.', [
    'hook',
    'action',
  ]);
  const saved = counter('hook_saved_dollars_total', 'What the answers of hooks spared.', ['hook']);
  const refused = counter('refused_requests_total', 'Requests refused before they were read.', ['reason']);
  return {
    refusal: (reason) => refused.add(1, reason),
    request(trace) {
      const { protocol, upstream = '', outcome, errorKind = '', ms, ttftMs } = trace;
      requests.add(1, protocol, upstream, outcome, errorKind);
      duration.observe(ms / 1000, protocol, upstream);
      if (ttftMs !== undefined) firstToken.observe(ttftMs / 1000, protocol, upstream);
      const { inputTokens = 0, outputTokens, cachedTokens, reasoningTokens } = trace;
      if (outputTokens === undefined) return;
      tokens.add(inputTokens, protocol, upstream, 'input');
      tokens.add(outputTokens, protocol, upstream, 'output');
      if (cachedTokens) tokens.add(cachedTokens, protocol, upstream, 'cached');
      if (reasoningTokens) tokens.add(reasoningTokens, protocol, upstream, 'reasoning');
      if (trace.cost === undefined) unpriced.add(1, protocol, upstream);
      else cost.add(trace.cost, protocol, upstream);
    },
    attempt({ upstream, reason, error, name, faults: broken }, { model }) {
      attempts.add(1, upstream, reason, error?.kind ?? '');
      if (name !== model) fallbacks.add(1, upstream);
      if (broken) faults.add(broken.length, upstream);
    },
    hook({ hook, phase, action, isShadow = false, ms, findings: found = [], saved: dollars }) {
      hookCalls.add(1, hook, phase, action, String(isShadow));
      hookSeconds.observe(ms / 1000, hook, phase);
      for (const finding of found) findings.add(1, hook, finding.action);
      if (dollars !== undefined) saved.add(dollars, hook);
    },
  };
}

function createGauges(registry: Registry, { upstreams, traces, bodies, log }: MetricSources): void {
  const registers = [registry];
  const gauge = (name: string, help: string, collect: (gauge: Gauge) => void): void => {
    // Registers itself.
    void new Gauge({
      ...{ name, help, registers },
      collect() {
        collect(this);
      },
    });
  };
  gauge('dragoman_request_body_bytes', 'Memory used by request bodies.', (own) => own.set(bodies()));
  gauge('dragoman_traces_waiting', 'Traces on their way to the store.', (own) => own.set(traces().waiting));
  gauge('dragoman_traces_shed', 'Traces kept without bodies because of overload.', (own) =>
    own.set(traces().shed),
  );
  gauge('dragoman_traces_lost', 'Traces lost since startup.', (own) => own.set(traces().lost));
  gauge('dragoman_log_lines_lost', 'Log lines lost since startup.', (own) => own.set(log().lost));
  gauge('dragoman_log_write_failures', 'Failed log writes since startup.', (own) => own.set(log().failures));
  const perUpstream = (
    name: string,
    help: string,
    count: (upstream: ReturnType<MetricSources['upstreams']>[number]) => number,
  ): void =>
    void new Gauge({
      ...{ name, help, registers, labelNames: ['upstream'] },
      collect() {
        this.reset();
        for (const upstream of upstreams()) this.set({ upstream: upstream.id }, count(upstream));
      },
    });
  perUpstream('dragoman_upstream_running', 'Requests running at an upstream.', (each) => each.running);
  perUpstream('dragoman_upstream_waiting', 'Requests queued for an upstream.', (each) => each.waiting);
  perUpstream('dragoman_upstream_resting', 'Models that are cooling down.', ({ breakers }) => breakers.open);
  perUpstream(
    'dragoman_upstream_rest_seconds',
    'Time until no model is cooling down.',
    ({ restMs }) => restMs / 1000,
  );
  void new Gauge({
    ...{
      name: 'dragoman_upstream_breakers',
      help: 'Models used so far, by breaker state.',
    },
    ...{ registers, labelNames: ['upstream', 'state'] },
    collect() {
      this.reset();
      for (const { id: upstream, breakers } of upstreams())
        for (const state of BREAKER_STATES) this.set({ upstream, state }, breakers[state]);
    },
  });
}

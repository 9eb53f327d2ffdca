import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AttemptRecord, TraceRecord } from '../trace/record.ts';

/** What is only known at the time of asking. */
export interface MetricSources {
  readonly upstreams: () => readonly {
    readonly id: string;
    readonly running: number;
    readonly waiting: number;
    /** How many of its models are not asked now. */
    readonly resting: number;
  }[];
  readonly traces: () => { readonly waiting: number; readonly lost: number };
}

/** Counts requests for Prometheus. Names of labels are few, and their values come from the configuration. */
export interface Metrics {
  observe(trace: TraceRecord): void;
  /** The text that Prometheus reads, and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>;
}

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'dragoman_' });
  const counters = createCounters(registry);
  createGauges(registry, sources);
  return {
    observe(trace) {
      if (trace.outcome === 'running') return;
      counters.request(trace);
      for (const attempt of trace.attempts) counters.attempt(attempt, trace);
    },
    expose: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

interface Counters {
  request(trace: TraceRecord): void;
  attempt(attempt: AttemptRecord, trace: TraceRecord): void;
}

function createCounters(registry: Registry): Counters {
  const registers = [registry];
  const served = ['protocol', 'upstream'] as const;
  const requests = new Counter({
    ...{ name: 'dragoman_requests_total', help: 'Requests of clients, by how they ended.', registers },
    labelNames: [...served, 'outcome', 'error'],
  });
  const duration = new Histogram({
    ...{ name: 'dragoman_request_duration_seconds', help: 'Until the whole reply was sent.', registers },
    ...{ labelNames: served, buckets: SECONDS },
  });
  const firstToken = new Histogram({
    ...{ name: 'dragoman_time_to_first_token_seconds', help: 'Until the first content.', registers },
    ...{ labelNames: served, buckets: SECONDS },
  });
  const tokens = new Counter({
    ...{ name: 'dragoman_tokens_total', help: 'Tokens, by kind.', registers },
    labelNames: [...served, 'kind'],
  });
  const cost = new Counter({
    ...{
      name: 'dragoman_cost_dollars_total',
      help: 'What requests cost, where the price is known.',
      registers,
    },
    labelNames: served,
  });
  const unpriced = new Counter({
    ...{ name: 'dragoman_unpriced_requests_total', help: 'Requests whose price is not known.', registers },
    labelNames: served,
  });
  const attempts = new Counter({
    ...{ name: 'dragoman_attempts_total', help: 'Tries at upstreams, by how they ended.', registers },
    labelNames: ['upstream', 'reason', 'error'],
  });
  const fallbacks = new Counter({
    ...{ name: 'dragoman_fallbacks_total', help: 'Tries that a fallback led to.', registers },
    labelNames: ['upstream'],
  });
  return {
    request(trace) {
      const { protocol, upstream = '', outcome, errorKind = '', ms, ttftMs } = trace;
      const labels = { protocol, upstream };
      requests.inc({ ...labels, outcome, error: errorKind });
      duration.observe(labels, ms / 1000);
      if (ttftMs !== undefined) firstToken.observe(labels, ttftMs / 1000);
      const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = trace;
      const counts = {
        input: inputTokens,
        output: outputTokens,
        cached: cachedTokens,
        reasoning: reasoningTokens,
      };
      for (const [kind, count] of Object.entries(counts)) if (count) tokens.inc({ ...labels, kind }, count);
      if (trace.cost !== undefined) cost.inc(labels, trace.cost);
      else if (outputTokens !== undefined) unpriced.inc(labels);
    },
    attempt({ upstream, reason, error, name }, { model }) {
      attempts.inc({ upstream, reason, error: error?.kind ?? '' });
      if (name !== model) fallbacks.inc({ upstream });
    },
  };
}

function createGauges(registry: Registry, { upstreams, traces }: MetricSources): void {
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
  gauge('dragoman_traces_waiting', 'Traces on their way to the store.', (own) => own.set(traces().waiting));
  gauge('dragoman_traces_lost', 'Traces that were lost since the start.', (own) => own.set(traces().lost));
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
  perUpstream('dragoman_upstream_running', 'Requests that an upstream serves now.', (each) => each.running);
  perUpstream('dragoman_upstream_waiting', 'Requests that wait for a place.', (each) => each.waiting);
  perUpstream('dragoman_upstream_resting', 'Models that are not asked now.', (each) => each.resting);
}

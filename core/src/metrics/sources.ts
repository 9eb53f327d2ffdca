import type { Gates } from '../routing/gates.ts';
import type { HealthBoard } from '../routing/health.ts';
import type { Upstreams } from '../routing/upstream.ts';
import type { Traces } from '../trace/traces.ts';
import type { MetricSources } from './metrics.ts';

export interface SourcesInput {
  readonly upstreams: Upstreams;
  readonly health: HealthBoard;
  readonly gates: Gates;
  readonly traces: Traces;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where the gauges look when somebody asks. */
export function metricSources({ upstreams, health, gates, traces, now }: SourcesInput): MetricSources {
  return {
    upstreams: () =>
      upstreams.all().map((upstream) => {
        const gate = gates.of(upstream);
        const models = [...health.list(upstream).values()];
        const resting = models.filter((model) => model.blockAt(now()) !== undefined).length;
        return { id: upstream.config.id, running: gate.running, waiting: gate.waiting, resting };
      }),
    traces: () => traces.status(),
  };
}

import type { BodyBudget } from '../base/body-budget.ts';
import type { Limiter } from '../../limits/limiter.ts';
import { mapInTurns } from '../../timing/in-turns.ts';
import { limitedSubjects } from '../../catalogue/limited-subjects.ts';
import type { Aliases } from '../../catalogue/aliases.ts';
import type { Gates } from '../../upstreams/gates.ts';
import type { HealthBoard } from '../../upstreams/health.ts';
import type { Upstreams } from '../../upstreams/upstream.ts';
import type { KeyRing } from '../../state/keys.ts';
import type { LogSink } from '../../log/log-sink.ts';
import type { Traces } from '../../trace/traces.ts';
import type { MetricSources } from '../../metrics/metrics.ts';

export interface SourcesInput {
  readonly upstreams: Upstreams;
  readonly health: HealthBoard;
  readonly gates: Gates;
  readonly traces: Traces;
  readonly limiter: Limiter;
  readonly keys: KeyRing;
  readonly bodies: BodyBudget;
  readonly logSink: LogSink;
  readonly aliases: Aliases;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the gauges read on each scrape. */
export function metricSources(input: SourcesInput): MetricSources {
  const { upstreams, health, gates, traces, limiter, bodies, logSink, now } = input;
  return {
    upstreams: () =>
      upstreams.all().map((upstream) => {
        const gate = gates.of(upstream);
        const at = now();
        const models = health.list(upstream).map((entry) => entry.health);
        const breakers = { open: 0, 'half-open': 0, closed: 0 };
        for (const model of models) breakers[model.state(at)] += 1;
        const restMs = Math.max(0, ...models.map((model) => (model.blockAt(at)?.until ?? at) - at));
        return { id: upstream.config.id, running: gate.running, waiting: gate.waiting, breakers, restMs };
      }),
    traces: () => traces.status(),
    bodies: () => bodies.used,
    log: () => logSink.status(),
    limits: async () => {
      const all = await mapInTurns(limitedSubjects(input), async (subject) => {
        const { kind, id, name: owner } = subject;
        const uses = await limiter.uses(subject);
        return uses.map(({ name, limit, used }) => ({ kind, id, owner, name, limit, used }));
      });
      return all.flat();
    },
  };
}

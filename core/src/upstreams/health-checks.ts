import { randomUUID } from 'node:crypto';
import { GatewayError, type Log } from '@dragoman/plugin';
import type { HttpPools } from '../transport/pools.ts';
import { askProvider } from './provider-calls/ask-provider.ts';
import { startCall } from './call.ts';
import type { HealthBoard } from './health.ts';
import type { Upstream, Upstreams } from './upstream.ts';

export interface HealthChecksDeps {
  readonly upstreams: Upstreams;
  readonly health: HealthBoard;
  readonly pools: HttpPools;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Checks upstreams with health checks enabled by requesting their models periodically: a failure is noticed before a
 * request runs into it, and a recovery ends the cooldown. Call it often; it does what is due.
 */
export function createHealthChecks(deps: HealthChecksDeps): () => Promise<void> {
  const checkedAt = new WeakMap<Upstream, number>();
  return async () => {
    const now = deps.now();
    const due = deps.upstreams.all().filter((upstream) => {
      const { enabled, healthCheck } = upstream.config;
      const last = checkedAt.get(upstream) ?? -Infinity;
      return (
        enabled && healthCheck && upstream.provider.models && now - last >= healthCheck.everySeconds * 1000
      );
    });
    for (const upstream of due) checkedAt.set(upstream, now);
    await Promise.all(due.map((upstream) => check(upstream, deps)));
  };
}

async function check(upstream: Upstream, { health, pools, log, now }: HealthChecksDeps): Promise<void> {
  const breakers = health.ofUpstream(upstream);
  const call = startCall(pools, { upstream, requestId: `health_${randomUUID()}` });
  try {
    await askProvider(call, (context) => upstream.provider.models?.(context));
    for (const breaker of breakers) breaker.answered();
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    log.warn({ upstream: upstream.config.id, kind: error.kind }, 'An upstream failed its health check.');
    // Until the next check, at least.
    const block = (upstream.config.healthCheck?.everySeconds ?? 0) * 1000;
    for (const breaker of breakers) breaker.failed(error, { failsOver: true, health: { block } }, now());
  } finally {
    call.release();
  }
}

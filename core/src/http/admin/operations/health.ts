import type { CandidateHealth } from '../../../upstreams/health.ts';
import type { Upstream } from '../../../upstreams/upstream.ts';
import { healthContract } from '../contract/health-contract.ts';
import type { AdminDeps } from '../deps.ts';
import { findUpstream } from './upstreams/find-upstream.ts';
import { defineOperations } from '../operation.ts';

export const healthOperations = defineOperations(healthContract, {
  'GET /health': {
    summary: 'Shows the health of every model used so far, by upstream.',
    access: 'admin',
    handle: (_, deps) => deps.upstreams.all().flatMap((upstream) => viewHealth(upstream, deps)),
  },
  'POST /upstreams/:id/pause': {
    summary: 'Pauses an upstream for a while; running requests are not affected.',
    access: 'admin',
    handle({ body: { seconds }, params: { id } }, deps) {
      const upstream = findUpstream(id, deps);
      const until = deps.now() + seconds * 1000;
      for (const breaker of deps.health.ofUpstream(upstream)) breaker.pause(until);
      return viewHealth(upstream, deps);
    },
  },
  'POST /upstreams/:id/resume': {
    summary: 'Ends a pause and clears all failures of an upstream.',
    access: 'admin',
    handle({ params: { id } }, deps) {
      const upstream = findUpstream(id, deps);
      for (const breaker of deps.health.ofUpstream(upstream)) breaker.reset();
      for (const { health } of deps.health.list(upstream)) health.reset();
      return viewHealth(upstream, deps);
    },
  },
});

function viewHealth(upstream: Upstream, deps: AdminDeps) {
  return deps.health.list(upstream).map(({ model, operation, health }) => ({
    upstream: upstream.config.id,
    model,
    operation,
    ...viewBlock(health, deps.now()),
    running: health.running,
    waiting: deps.gates.of(upstream).waiting,
    latencyMs: health.latencyMs ?? null,
    successes: health.successes,
  }));
}

function viewBlock(health: CandidateHealth, now: number) {
  const block = health.blockAt(now);
  const { reason = null } = block ?? health.breaker.block ?? health.upstream.block ?? {};
  return { state: health.state(now), reason, until: block ? new Date(block.until).toISOString() : null };
}

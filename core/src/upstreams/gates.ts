import { Gate } from './gate.ts';
import type { Upstream } from './upstream.ts';

/** The concurrency limit of each upstream. */
export interface Gates {
  of(upstream: Upstream): Gate;
}

export function createGates(): Gates {
  const gates = new WeakMap<Upstream, Gate>();
  return {
    of(upstream) {
      let gate = gates.get(upstream);
      if (!gate) gates.set(upstream, (gate = new Gate(upstream.config.concurrency)));
      return gate;
    },
  };
}

import type { CandidateHealth } from '../upstreams/health.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** A model at an upstream that may serve a request. */
export interface Candidate {
  readonly upstream: Upstream;
  readonly model: string;
  readonly weight: number;
  readonly priority: number;
  /** Whether the upstream or the config lists the model; if not, only a client named it. */
  readonly isListed: boolean;
  readonly health: CandidateHealth;
  /** The seed of rendezvous hashing; the same at every gateway. */
  readonly idHash: number;
}

/** A model at an upstream. */
export type UpstreamModel = Pick<Candidate, 'upstream' | 'model'>;

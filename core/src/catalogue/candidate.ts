import type { CandidateHealth } from '../upstreams/health.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** An upstream and its own name of a model that may serve a request. */
export interface Candidate {
  readonly upstream: Upstream;
  readonly model: string;
  readonly weight: number;
  readonly priority: number;
  /** Whether the upstream lists the model, or the config names it; else only a client does. */
  readonly isListed: boolean;
  readonly health: CandidateHealth;
  /** What it draws lots with when sessions are shared out; the same at every gateway. */
  readonly lot: number;
}

/** A model at an upstream, whatever else is known of it. */
export type UpstreamModel = Pick<Candidate, 'upstream' | 'model'>;

import type { CandidateHealth } from './health.ts';
import type { Upstream } from './upstream.ts';

/** An upstream and its own name of a model that may serve a request. */
export interface Candidate {
  readonly upstream: Upstream;
  readonly model: string;
  readonly weight: number;
  readonly priority: number;
  readonly health: CandidateHealth;
  /** What it draws lots with when sessions are shared out; the same at every gateway. */
  readonly lot: number;
}

import type { RoutingConfig } from '../config/routing.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Estimate } from '../metering/estimate-tokens.ts';
import type { HealthBoard, Operation } from '../upstreams/health.ts';
import type { Attempt, AttemptDeps } from './attempts.ts';
import type { Exchange } from './exchange.ts';

/** A request on its way to whoever answers it. */
export interface Routed<Result> {
  readonly model: string;
  readonly exchange: Exchange;
  readonly attempt: Attempt<Result>;
  /** Whether a candidate can serve this request at all. Throws what the client is told when none can. */
  readonly select?: (candidates: readonly Candidate[]) => readonly Candidate[];
  /** What the request belongs to, for the policy `affinity`. */
  readonly affinity?: () => string | undefined;
  /** Whether the request can be sent only once, since its body is gone then. */
  readonly isOnce?: boolean;
  /** Default: `chat`. */
  readonly operation?: Operation;
  /** About how many tokens it takes; absent where the exchange knows, or where a model has no work. */
  readonly estimate?: () => Estimate;
}

export interface RouterDeps extends AttemptDeps {
  readonly catalogue: Catalogue;
  readonly health: HealthBoard;
  readonly routing: () => RoutingConfig;
  /** Between 0 and 1, as `Math.random`. */
  readonly random: () => number;
}

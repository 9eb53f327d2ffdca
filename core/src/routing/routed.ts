import type { RoutingConfig } from '../config/routing.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Estimate } from '../metering/estimate-tokens.ts';
import type { HealthBoard, Operation } from '../upstreams/health.ts';
import type { Attempt, AttemptDeps } from './attempts.ts';
import type { Exchange } from './exchange.ts';

/** A request to route. */
export interface Routed<Result> {
  readonly model: string;
  readonly exchange: Exchange;
  readonly attempt: Attempt<Result>;
  /** Whether a candidate can serve this request at all. Throws the client's error if none can. */
  readonly select?: (candidates: readonly Candidate[]) => readonly Candidate[];
  /** The key for the policy `affinity`. */
  readonly affinity?: () => string | undefined;
  /** Whether the request can be sent only once, because its body is streamed. */
  readonly isOnce?: boolean;
  /** Default: `chat`. */
  readonly operation?: Operation;
  /** The estimated tokens; absent if the exchange knows, or if no model works. */
  readonly estimate?: () => Estimate;
}

export interface RouterDeps extends AttemptDeps {
  readonly catalogue: Catalogue;
  readonly health: HealthBoard;
  readonly routing: () => RoutingConfig;
  /** From 0 to 1, like `Math.random`. */
  readonly random: () => number;
}

import type { Limits } from '../canonical/limits.ts';
import type { AliasConfig, PolicyName, Retry } from '../config/routing.ts';
import type { Candidate } from './candidate.ts';

/** How requests for a model name find their answer. */
export interface Route {
  readonly candidates: readonly Candidate[];
  readonly policy: PolicyName;
  /** Counts the requests, so that candidates can take turns. */
  readonly turns: { next: number };
  readonly retry: Retry;
  readonly timeouts: AliasConfig['timeouts'];
  readonly fallbacks: AliasConfig['fallbacks'];
  readonly hedge?: AliasConfig['hedge'];
  /** Of the alias, by its name. */
  readonly limits?: { readonly id: string; readonly limits: Limits };
  readonly thread?: AliasConfig['thread'];
}

import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import type { AliasConfig, PolicyName, Retry } from '../config/routing.ts';
import type { Candidate } from './candidate.ts';

/** How requests for a model name are served. */
export interface Route {
  readonly candidates: readonly Candidate[];
  readonly policy: PolicyName;
  /** Counts the requests, for round-robin. */
  readonly turns: { next: number };
  readonly retry: Retry;
  readonly timeouts: AliasConfig['timeouts'];
  readonly fallbacks: AliasConfig['fallbacks'];
  readonly hedge?: AliasConfig['hedge'];
  /** The alias, by name. */
  readonly limits?: { readonly id: string; readonly limits: Limits };
  readonly thread?: AliasConfig['thread'];
}

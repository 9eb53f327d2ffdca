import type { ErrorKind } from '@dragoman/plugin';

/** What follows from a failed attempt; docs/routing.md has the whole table. */
export interface FailureRule {
  /** Whether to fail over to another candidate, or report the error to the client at once. */
  readonly failsOver: boolean;
  /** Whether the same candidate may be retried when none is left: the failure may be transient. */
  readonly repeats?: boolean;
  /**
   * The effect on health: `count` towards the breaker, or `block` for this long unless the upstream says how long. A block
   * doubles each time until an attempt succeeds.
   */
  readonly health?: 'count' | { readonly block: number };
  /** Whether it concerns the whole upstream, or only this model. */
  readonly scope?: 'upstream' | 'model';
}

const MINUTE_MS = 60_000;
const RETURN: FailureRule = { failsOver: false };

const RULES: Readonly<Record<ErrorKind, FailureRule>> = {
  invalid: RETURN,
  auth: RETURN,
  permission: RETURN,
  'not-found': RETURN,
  'method-not-allowed': RETURN,
  'request-timeout': RETURN,
  conflict: RETURN,
  'too-large': RETURN,
  'context-window': RETURN,
  'content-policy': RETURN,
  'upgrade-refused': RETURN,
  cancelled: RETURN,
  interrupted: RETURN,
  internal: RETURN,
  billing: { failsOver: true, health: { block: 5 * MINUTE_MS }, scope: 'upstream' },
  'upstream-auth': { failsOver: true, health: { block: MINUTE_MS }, scope: 'upstream' },
  'upstream-model': { failsOver: true, health: { block: MINUTE_MS }, scope: 'model' },
  'rate-limit': { failsOver: true, repeats: true, health: { block: 1_000 }, scope: 'model' },
  'upstream-broken': { failsOver: true, repeats: true, health: 'count', scope: 'model' },
  'upstream-unreachable': { failsOver: true, repeats: true, health: 'count', scope: 'upstream' },
  overloaded: { failsOver: true, repeats: true, health: 'count', scope: 'model' },
  timeout: { failsOver: true, health: 'count', scope: 'model' },
};

export function ruleOf(kind: ErrorKind): FailureRule {
  return RULES[kind];
}

import type { JsonObject } from '../../canonical/json.ts';
import type { AdminDeps } from './deps.ts';
import type { Operation, OperationInput } from './operation.ts';

/** What the audit log holds of an operation besides who, when and how it went. */
export interface AuditRule<Body> {
  /**
   * `note`: written once it is over, for what nobody has signed in for yet. Refusals are sampled, since strangers
   * can cause them. Default: before and after.
   */
  readonly when?: 'note';
  /** What it is about. Default: the path. `result` is there once it is done. */
  target?(input: OperationInput<Body>, result?: unknown): string;
  /** What was asked for. Default: the query. */
  detail?(input: OperationInput<Body>): JsonObject | undefined;
  /** What it is about as it is now, with secrets masked. `result` is there once it is done. */
  snapshot?(input: OperationInput<Body>, deps: AdminDeps, result?: unknown): unknown;
}

/** Everything that may change something is recorded unless it says no; what only reads is not unless it says so. */
export function auditRuleOf({ method, audit }: Operation): AuditRule<unknown> | undefined {
  if (audit === 'none') return undefined;
  return audit ?? (method === 'GET' ? undefined : {});
}

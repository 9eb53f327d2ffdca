import type { JsonObject } from '../../canonical/json.ts';
import type { AdminDeps } from './deps.ts';
import type { Operation, OperationInput } from './operation.ts';

/** What the audit log records of an operation besides the caller, the time and the outcome. */
export interface AuditRule<Body> {
  /**
   * `note`: one entry afterwards, for operations without a sign-in. Refusals are sampled, since strangers can cause
   * them. Default: an entry before and one after.
   */
  readonly when?: 'note';
  /** The object of the operation. Default: the path. `result` is present once it is done. */
  target?(input: OperationInput<Body>, result?: unknown): string;
  /** What was asked for. Default: the query. */
  detail?(input: OperationInput<Body>): JsonObject | undefined;
  /** The object as it is now, with secrets masked. `result` is present once it is done. */
  snapshot?(input: OperationInput<Body>, deps: AdminDeps, result?: unknown): unknown;
}

/** Operations that may change something are recorded by default; reads are not. */
export function auditRuleOf({ method, audit }: Operation): AuditRule<unknown> | undefined {
  if (audit === 'none') return undefined;
  return audit ?? (method === 'GET' ? undefined : {});
}

import type { JsonObject } from '@dragoman/plugin';
import type { AdminDeps } from './deps.ts';

/** What the audit log records of an operation, besides the caller, the time and the outcome. */
export interface AuditRule<Input, Answer> {
  /**
   * `note`: one entry afterwards, for operations without a sign-in. Refusals are sampled, since strangers can cause them.
   * Default: an entry before and one after.
   */
  readonly when?: 'note';
  /** The object of the operation. Default: the path. `answer` is present once it is done. */
  target?(input: Input, answer?: Answer): string;
  /** The parameters. Default: the query. */
  detail?(input: Input): JsonObject | undefined;
  /** The current object, with secrets masked. `answer` is present once it is done. */
  snapshot?(input: Input, deps: AdminDeps, answer?: Answer): unknown;
}

import type { JsonObject } from '@dragoman/plugin';

/** Who performed an operation. */
export interface AuditActor {
  /** `gateway` is the process itself, for example at startup; `anybody` is not signed in. */
  readonly kind: 'session' | 'admin-token' | 'local-token' | 'anybody' | 'gateway';
  /** The id of the sign-in. */
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

export type AuditOutcome = 'done' | 'refused' | 'failed';

/**
 * A change has two entries: `begin` is written before it, so that no change goes unrecorded; `end` has the outcome.
 * `note` is for what has already happened.
 */
export interface AuditInput {
  readonly kind: 'begin' | 'end' | 'note';
  /** Of an `end`: the number of its `begin`. */
  readonly of?: number;
  readonly actor: AuditActor;
  /** `PATCH /upstreams/:id`, or `gateway start`. */
  readonly operation: string;
  readonly target?: string;
  /** The parameters, such as the filter of an export. */
  readonly detail?: JsonObject;
  /** The values before and after, with secrets masked. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly outcome?: AuditOutcome;
  /** Why it was refused or failed. */
  readonly reason?: string;
}

/** One line of the log. */
export interface AuditEntry extends AuditInput {
  /** Counts from 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  /** The hash of the previous entry. */
  readonly previous: string;
  /** SHA-256, in hex, of the canonical JSON of all other fields. */
  readonly hash: string;
}

/** The end of the chain. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

import type { ConfigProblem } from '../../validation/config-error.ts';

/** Error codes of the admin API, with their HTTP status. */
export const ADMIN_ERROR_STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'confirmation-required': 403,
  'not-found': 404,
  'read-only': 409,
  conflict: 409,
  'too-large': 413,
  'too-many-attempts': 429,
  unavailable: 503,
} as const;

export type AdminErrorCode = keyof typeof ADMIN_ERROR_STATUS;

/** A refusal of the admin API. The message is a full sentence without secrets. */
export class AdminError extends Error {
  readonly code: AdminErrorCode;
  readonly issues: readonly ConfigProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: AdminErrorCode,
    message: string,
    more: { readonly issues?: readonly ConfigProblem[]; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = 'AdminError';
    this.code = code;
    this.issues = more.issues ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }

  get status(): number {
    return ADMIN_ERROR_STATUS[this.code];
  }
}

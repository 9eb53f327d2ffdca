export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** A call of the admin API that failed. The message is the gateway's own sentence. */
export class ApiError extends Error {
  /** The HTTP status; 0 when the gateway was not reached. */
  readonly status: number;
  /** The gateway's error code; empty when there is none. */
  readonly code: string;
  /** What is wrong with which field of the request. */
  readonly issues: readonly Issue[];

  constructor(
    status: number,
    message: string,
    more: { readonly code?: string; readonly issues?: readonly Issue[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = more.code ?? '';
    this.issues = more.issues ?? [];
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

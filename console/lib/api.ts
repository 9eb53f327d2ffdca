import { askToConfirm } from './confirmation.ts';

const BASE = '/admin/api/v1';

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

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly issues?: readonly Issue[] };
}

/**
 * Calls the admin API. Throws an {@link ApiError} on failure. When the gateway requires a confirmation, it is asked for
 * and the call is repeated.
 */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  try {
    return await callOnce<T>(method, path, body);
  } catch (error) {
    const isUnconfirmed = error instanceof ApiError && error.code === 'confirmation-required';
    if (!isUnconfirmed || !(await askToConfirm())) throw error;
    return callOnce<T>(method, path, body);
  }
}

async function callOnce<T>(method: string, path: string, body: unknown): Promise<T> {
  const response = await send({ method, path, body });
  const text = await response.text();
  if (!response.ok) throw errorOf(text, response.status);
  return parse(text) as T;
}

/** Posts to the admin API what it answers bit by bit. Throws an {@link ApiError} where it refuses. */
export async function stream(
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await send({ method: 'POST', path, body, signal });
  if (!response.ok || !response.body) throw errorOf(await response.text(), response.status);
  return response.body;
}

function errorOf(text: string, status: number): ApiError {
  const { code = '', message, issues = [] } = (parse(text) as ErrorBody | undefined)?.error ?? {};
  return new ApiError(status, message ?? `The gateway answered with status ${status}.`, {
    code,
    issues,
  });
}

/** Reads one resource: the fetcher of every SWR hook. */
export function read<T>(path: string): Promise<T> {
  return call<T>('GET', path);
}

/** The address of a resource, for a link or a stream. */
export function addressOf(path: string): string {
  return BASE + path;
}

/** A query of those fields that have a value. */
export function queryOf(
  fields: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly signal?: AbortSignal;
}

async function send({ method, path, body, signal }: Sent): Promise<Response> {
  try {
    return await fetch(BASE + path, {
      method,
      headers: {
        'x-dragoman-csrf': '1',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    throw new ApiError(0, 'The gateway cannot be reached. Is it still running?', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // A proxy in between may answer with a page of its own.
    return undefined;
  }
}

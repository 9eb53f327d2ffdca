const BASE = '/admin/api/v1';

/** A call of the admin API that failed. The message is the gateway's own sentence. */
export class ApiError extends Error {
  /** The HTTP status; 0 when the gateway was not reached. */
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiError';
    this.status = status;
  }
}

interface ErrorBody {
  readonly error?: { readonly message?: string };
}

/** Calls the admin API. Throws an {@link ApiError} for whatever is not a success. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const value = parse(await response.text());
  if (response.ok) return value as T;
  const message = (value as ErrorBody | undefined)?.error?.message;
  throw new ApiError(response.status, message ?? `The gateway answered with status ${response.status}.`);
}

/** Reads one resource: the fetcher of every SWR hook. */
export function read<T>(path: string): Promise<T> {
  return call<T>('GET', path);
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(BASE + path, {
      method,
      headers: {
        'x-dragoman-csrf': '1',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new ApiError(0, 'The gateway cannot be reached. Is it still running?', error);
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

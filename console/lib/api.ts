const BASE = '/admin/api/v1';

/** What the admin API refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Calls the admin API. Throws an {@link ApiError} when it refuses, or when it cannot be reached (status 0). */
export async function callApi<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      // Other sites cannot send this header, so they cannot use a session.
      headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, 'The gateway cannot be reached.');
  }
  const text = await response.text();
  const value: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return value as T;
  throw new ApiError(
    response.status,
    messageOf(value) ?? `The gateway answered with status ${response.status}.`,
  );
}

/** For SWR: its key is the path. */
export const getApi = <T>(path: string): Promise<T> => callApi<T>('GET', path);

function messageOf(value: unknown): string | undefined {
  return (value as { readonly error?: { readonly message?: string } } | undefined)?.error?.message;
}

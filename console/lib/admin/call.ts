import type { Answer, Call, JsonName, RawName } from '@dragoman/core/admin-contract';
import { addressOf, type Brought, pathOf } from './address.ts';
import { ApiError, type Issue } from './api-error.ts';
import { askToConfirm } from './confirmation.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Calls an operation of the admin API. Throws an {@link ApiError} on failure. When the gateway requires a confirmation,
 * it is asked for and the call is repeated.
 */
export async function callAdmin<Name extends JsonName>(
  name: Name,
  ...[call]: Brought<Name>
): Promise<Answer<Name>> {
  const { body }: { readonly body?: unknown } = call ?? {};
  const [method = ''] = name.split(' ');
  return (await confirmed({ method, path: pathOf(name, call), body })) as Answer<Name>;
}

/** Reads a resource by its path: the fetcher of SWR. */
export function read(path: string): Promise<unknown> {
  return confirmed({ method: 'GET', path });
}

/** Posts what is answered bit by bit. Throws an {@link ApiError} where it is refused. */
export async function streamAdmin<Name extends Extract<RawName, `POST ${string}`>>(
  name: Name,
  call: Call<Name>,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { body }: { readonly body?: unknown } = call;
  const response = await send({ method: 'POST', path: pathOf(name, call), body, signal });
  if (!response.ok || !response.body) throw errorOf(await response.text(), response.status);
  return response.body;
}

async function confirmed(request: Request): Promise<unknown> {
  try {
    return await callOnce(request);
  } catch (error) {
    const isUnconfirmed = error instanceof ApiError && error.code === 'confirmation-required';
    if (!isUnconfirmed || !(await askToConfirm())) throw error;
    return callOnce(request);
  }
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly issues?: readonly Issue[] };
}

async function callOnce(request: Request): Promise<unknown> {
  const response = await send(request);
  const text = await response.text();
  if (!response.ok) throw errorOf(text, response.status);
  return parse(text);
}

function errorOf(text: string, status: number): ApiError {
  const { code = '', message, issues = [] } = (parse(text) as ErrorBody | undefined)?.error ?? {};
  return new ApiError(status, message ?? `The gateway returned status ${status}.`, {
    code,
    issues,
  });
}

async function send({ method, path, body, signal }: Request): Promise<Response> {
  try {
    return await fetch(addressOf(path), {
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

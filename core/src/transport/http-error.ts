import { errors } from 'undici';
import type { Timeouts } from './timeouts.ts';
import { GatewayError } from '@dragoman/plugin';

export interface HttpFailure {
  readonly error: unknown;
  /** The name of the upstream. */
  readonly name: string;
  readonly timeouts: Timeouts;
  /** Whether the reply's headers had arrived. */
  readonly hasReply: boolean;
}

/** Turns an HTTP failure into an error for the client: it names the upstream, never its path, query or key. */
export function explainHttpError({ error, name, timeouts, hasReply }: HttpFailure): GatewayError {
  if (GatewayError.is(error)) return error;
  const fail = (
    kind: 'timeout' | 'internal' | 'interrupted' | 'upstream-broken' | 'upstream-unreachable',
    message: string,
  ): GatewayError => new GatewayError(kind, message, { cause: error });
  if (error instanceof errors.ConnectTimeoutError) {
    return fail('timeout', `Connecting to ${name} took longer than ${timeouts.connectMs} ms.`);
  }
  if (error instanceof errors.HeadersTimeoutError) {
    return fail('timeout', `${name} did not respond: no headers within ${timeouts.headersMs} ms.`);
  }
  if (error instanceof errors.BodyTimeoutError) {
    return fail('timeout', `${name} sent nothing for ${timeouts.idleMs} ms during its reply.`);
  }
  if (error instanceof errors.InvalidArgumentError) {
    return fail('internal', `The gateway could not send its request to ${name}.`);
  }
  if (error instanceof errors.ClientDestroyedError) {
    return fail('interrupted', 'The gateway stopped before the reply was complete.');
  }
  const code = codeOf(error);
  if (hasReply) return fail('upstream-broken', `${name} closed the connection during its reply${code}.`);
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return fail('upstream-broken', `${name} sent an invalid HTTP response${code}.`);
  }
  return fail('upstream-unreachable', `${name} cannot be reached${code}.`);
}

/** Why a call was aborted: it timed out, or its caller left. */
export function explainAbort(reason: unknown, name: string): GatewayError {
  if (GatewayError.is(reason)) return reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new GatewayError('timeout', `${name} did not complete its reply in time.`, { cause: reason })
    : new GatewayError('cancelled', 'The request was cancelled.', { cause: reason });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}

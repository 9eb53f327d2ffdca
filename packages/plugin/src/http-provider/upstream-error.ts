import type { Extensions } from '../canonical/chat.ts';
import { type ErrorKind, GatewayError } from '../canonical/errors.ts';
import { type JsonValue, mapStrings } from '../canonical/json.ts';
import type { HeaderMap } from '../transport/http.ts';
import { parseJson } from '../codec/reply-text.ts';
import { signedWith } from './send-signed.ts';
import { LEFT_OUT, secretsIn } from '../text/secret-texts.ts';
import type { HttpUpstream } from '../plugin/upstream-codec.ts';

/** The most that a client gets of an upstream's message, in characters. */
const MAX_MESSAGE = 2000;

/** What a status of an upstream means unless its body says more. Plugins add those of their API. */
export const STATUS_KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  // The key is the gateway's own: its client is not to blame.
  401: 'upstream-auth',
  402: 'billing',
  403: 'upstream-auth',
  404: 'upstream-model',
  408: 'timeout',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
};

/** Where an error came from. */
export interface ErrorOrigin {
  readonly status: number;
  /** The headers of the upstream's reply. */
  readonly headers: HeaderMap;
  /** The headers that the gateway sent, credentials included. */
  readonly sent: HeaderMap;
}

/** An upstream's error with its status and request id, and without credentials, which some upstreams repeat. */
export function describeUpstream(error: GatewayError, { status, headers, sent }: ErrorOrigin): GatewayError {
  const { kind, message, details } = error;
  const requestId = headers['x-request-id'] ?? headers['request-id'];
  const upstream = { ...details.upstream, status, ...(requestId && { requestId }) };
  const described = new GatewayError(kind, message.slice(0, MAX_MESSAGE), { ...details, upstream });
  return withTexts(described, (text) => redact(text, sent));
}

/** An error with all texts from an upstream changed in the same way. */
export function withTexts(
  { kind, message, details }: GatewayError,
  change: (text: string) => string,
): GatewayError {
  const { field, code, extensions, operatorNote, upstream } = details;
  const requestId = upstream?.requestId;
  return new GatewayError(kind, change(message), {
    ...details,
    ...(field !== undefined && { field: change(field) }),
    ...(code !== undefined && { code: change(code) }),
    ...(operatorNote !== undefined && { operatorNote: change(operatorNote) }),
    ...(extensions && { extensions: mapStrings(extensions, change) as Extensions }),
    ...(requestId !== undefined && { upstream: { ...upstream, requestId: change(requestId) } }),
  });
}

/** Reads an error reply; its text may be anything. */
export function readError(
  upstream: Pick<HttpUpstream, 'codec' | 'headers'>,
  { status, headers, text }: { readonly status: number; readonly headers: HeaderMap; readonly text: string },
): GatewayError {
  const error =
    status >= 300 && status < 400
      ? new GatewayError('upstream-broken', 'The upstream returned a redirect; is its base URL correct?')
      : upstream.codec.decodeError(status, headers, parseJson(text));
  return describeUpstream(error, { status, headers, sent: signedWith(headers, upstream) });
}

/** Redacts the values of headers in a text. */
function redact(text: string, headers: HeaderMap): string {
  return redactValues(text, Object.values(headers).flatMap(secretsIn));
}

/** Redacts secrets in a text: as they are, and masked as in `sk-a***9xyz`. */
export function redactValues(text: string, secrets: readonly string[]): string {
  const whole = secrets.reduce((rest, secret) => rest.replaceAll(secret, LEFT_OUT), text);
  return whole
    .replaceAll(/([\w-]{0,64})(?:\*{2,}|\.{3,}|…)([\w-]{0,64})/g, (found, start: string, end: string) => {
      const isMasked = secrets.some(
        (secret) =>
          (start.length >= 2 && secret.startsWith(start)) || (end.length >= 2 && secret.endsWith(end)),
      );
      return isMasked ? LEFT_OUT : found;
    })
    .replaceAll(/\bsk-[\w*-]{6,}/g, LEFT_OUT);
}

/**
 * The client's message for an upstream error, in the upstream's own words if it had any. How credentials were refused
 * stays private.
 */
export function upstreamMessage(kind: ErrorKind, status: number, reported: JsonValue | undefined): string {
  if (kind === 'upstream-auth') return "The upstream refused the gateway's own credentials.";
  return typeof reported === 'string' && reported !== ''
    ? reported.slice(0, MAX_MESSAGE)
    : status < 400
      ? 'The upstream returned an error without a message.'
      : `The upstream returned status ${status}.`;
}

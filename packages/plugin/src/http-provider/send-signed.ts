import { GatewayError } from '../canonical/errors.ts';
import type { CallContext } from '../plugin/call-context.ts';
import type { Credential } from '../plugin/credentials.ts';
import type { HttpUpstream } from '../plugin/upstream-codec.ts';
import type { HeaderMap, HttpReply, HttpRequest } from '../transport/http.ts';

/** How an upstream's requests are signed. */
export type Signing = Pick<HttpUpstream, 'headers' | 'auth'>;

/** The headers that an upstream adds by itself were sent with the request of a reply; by the reply's headers. */
const sent = new WeakMap<HeaderMap, HeaderMap>();

/** The headers, credentials included, that the upstream added to the request of a reply. */
export function signedWith(replyHeaders: HeaderMap, { headers }: Signing): HeaderMap {
  return sent.get(replyHeaders) ?? (typeof headers === 'function' ? {} : headers);
}

/**
 * Sends a request with the upstream's own headers and credentials. Those that it refuses with 401 are renewed once, and
 * the request is repeated; a streamed body cannot be, since it is gone.
 */
export function sendSigned(signing: Signing, request: HttpRequest, context: CallContext): Promise<HttpReply> {
  const { headers, auth } = signing;
  if (typeof headers !== 'function' && !auth) return context.http.send(withHeaders(request, headers));
  return sendRenewing(signing, request, context);
}

async function sendRenewing(
  { headers: own, auth }: Signing,
  request: HttpRequest,
  context: CallContext,
): Promise<HttpReply> {
  const common = typeof own === 'function' ? await own(context) : own;
  const send = async (credential?: Credential): Promise<HttpReply> => {
    const headers = credential ? { ...common, ...credential.headers } : common;
    const reply = await context.http.send(withHeaders(request, headers));
    sent.set(reply.headers, headers);
    return reply;
  };
  if (!auth) return send();
  const credential = await auth.get(context);
  const reply = await send(credential);
  if (reply.status !== 401) return reply;
  reply.body.destroy();
  const renewed = await auth.renew(credential, context);
  if (isStreamed(request)) throw notRepeated();
  return send(renewed);
}

function withHeaders(request: HttpRequest, headers: HeaderMap): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

function isStreamed({ body }: HttpRequest): boolean {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

function notRepeated(): GatewayError {
  return new GatewayError(
    'upstream-auth',
    "The upstream refused the gateway's credentials, which are renewed now. The request was not repeated, because its body was streamed: send it again.",
  );
}

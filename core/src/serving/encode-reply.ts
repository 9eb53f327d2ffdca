import {
  type ChatEndpoint,
  type ChatEvent,
  collect,
  type EncodeContext,
  type GatewayError,
  type HeaderMap,
} from '@dragoman/plugin';
import { recovered } from '@dragoman/plugin/internal/canonical/iterate';
import type { Reply } from '../routing/reply.ts';

export interface EncodeInput {
  readonly endpoint: ChatEndpoint;
  readonly context: EncodeContext;
  readonly stream: boolean;
  /** Asked when the reply begins, or is whole if it is not streamed. */
  readonly headers: () => HeaderMap;
  /** Notes the failure of a stream that has begun, and returns the client's error. */
  readonly fail: (error: unknown) => GatewayError;
}

/** A reply in the client's protocol. Once its stream has begun, the protocol has to report the error. */
export async function encodeReply(
  events: AsyncIterable<ChatEvent>,
  { endpoint, context, stream, headers, fail }: EncodeInput,
): Promise<Reply> {
  if (stream) {
    const body = recovered(endpoint.encodeStream(events, context), (error) =>
      endpoint.encodeStreamError(fail(error), context),
    );
    return { status: 200, headers: headers(), body };
  }
  const reply = await collect(events);
  const body = JSON.stringify(endpoint.encodeReply(reply, context));
  const estimated = reply.usage?.estimated && { 'x-dragoman-estimated': 'true' };
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status: 200, headers: { ...type, ...estimated, ...headers() }, body };
}

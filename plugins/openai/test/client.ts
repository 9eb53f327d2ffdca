import type { ChatRequest, EncodeContext, JsonObject, RequestInput } from '@dragoman/plugin';
import { testOpaque } from '@dragoman/testing';

/** What an endpoint gets of a request with this body. */
export function inputOf(body: JsonObject): RequestInput {
  return { body, params: {}, query: new URLSearchParams(), headers: {}, opaque: testOpaque };
}

/** What an endpoint answers a request with. */
export function contextOf(request: ChatRequest): EncodeContext {
  return { request, id: 'gateway-id', created: 7, opaque: testOpaque };
}

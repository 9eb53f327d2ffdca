import { type ChatEndpoint, createOpaqueBox, type JsonObject, type RequestInput } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';

const endpoints = [anthropic(), gemini(), openai()].flatMap(({ protocols }) =>
  protocols.flatMap((protocol) => protocol.endpoints),
);

/** The chat endpoint of a wire, as a gateway serves it. */
export function chatEndpoint(wire: string): ChatEndpoint {
  const found = endpoints.find((one): one is ChatEndpoint => one.operation === 'chat' && one.wire === wire);
  if (!found) throw new Error(`No protocol speaks ${wire}.`);
  return found;
}

const opaque = createOpaqueBox(Buffer.alloc(32));

/** What an endpoint decodes; `max_tokens` and the model in the path are there for the wires that need them. */
export function inputOf(body: JsonObject): RequestInput {
  return {
    body: { max_tokens: 1, model: 'm', ...body },
    params: { model: 'm' },
    headers: {},
    query: new URLSearchParams(),
    opaque,
  };
}

import Anthropic from '@anthropic-ai/sdk';
import type { JsonObject, JsonValue } from '@dragoman/plugin';
import OpenAI from 'openai';
import { readGemini } from '../support/read-gemini.ts';
import type { Wire } from './vector.ts';

/** Builds a whole reply from the text of a stream with the protocol's official SDK, which throws as it does. */
export type Assemble = (stream: string, request: JsonObject) => Promise<JsonValue>;

export const ASSEMBLE: Record<Wire, Assemble> = {
  'openai-chat': async (stream, request) => {
    const client = new OpenAI({ apiKey: 'none', fetch: answer(stream), maxRetries: 0 });
    const reply = client.chat.completions.stream(request as never);
    return plain(await reply.finalChatCompletion());
  },
  'openai-responses': async (stream, request) => {
    const client = new OpenAI({ apiKey: 'none', fetch: answer(stream), maxRetries: 0 });
    return plain(await client.responses.stream(request as never).finalResponse());
  },
  anthropic: async (stream, request) => {
    const client = new Anthropic({ apiKey: 'none', fetch: answer(stream), maxRetries: 0 });
    return plain(await client.messages.stream(request as never).finalMessage());
  },
  gemini: assembleGemini,
};

/** Its SDK builds no whole reply; this is what it reads from the chunks. */
async function assembleGemini(stream: string): Promise<JsonValue> {
  const chunks = await readGemini(stream);
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const last = chunks.at(-1);
  return plain({
    text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
    functionCalls: parts.flatMap(({ functionCall }) => functionCall ?? []),
    finishReason: last?.candidates?.[0]?.finishReason,
    usageMetadata: last?.usageMetadata,
  });
}

function answer(stream: string): typeof fetch {
  return async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
}

/** What of an SDK's object is data. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import type { JsonObject, JsonValue } from '@dragoman/core';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
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
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const client = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: `http://127.0.0.1:${port}` } });
    const chunks: GenerateContentResponse[] = [];
    for await (const chunk of await client.models.generateContentStream({ model: 'm', contents: 'q' }))
      chunks.push(chunk);
    const last = chunks.at(-1);
    const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    return plain({
      text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
      functionCalls: parts.flatMap(({ functionCall }) => functionCall ?? []),
      finishReason: last?.candidates?.[0]?.finishReason,
      usageMetadata: last?.usageMetadata,
    });
  } finally {
    server.close();
  }
}

function answer(stream: string): typeof fetch {
  return async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
}

/** What of an SDK's object is data. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

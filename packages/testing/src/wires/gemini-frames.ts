import type { JsonObject } from '@dragoman/plugin';
import type { MockReply } from '../upstreams/mock-reply.ts';
import type { OpenAiPart } from './openai-frames.ts';
import type { Frame } from '../upstreams/wire-frames.ts';

/** A piece of a reply: as of OpenAI's, but calls may be signed. */
export type GeminiPart =
  | OpenAiPart
  | (Extract<OpenAiPart, { tools: unknown }> & { readonly signature: string });

const USAGE = {
  promptTokenCount: 12,
  cachedContentTokenCount: 4,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 2,
  totalTokenCount: 19,
} satisfies JsonObject;

const HEAD = { modelVersion: 'mock-model', responseId: 'gemini-mock' };

/** The parts, each as it comes in a chunk of its own. Calls have no id, as on most models. */
function partsOf(part: GeminiPart): readonly JsonObject[] {
  if ('text' in part) return part.text.map((text) => ({ text }));
  if ('refusal' in part) return part.refusal.map((text) => ({ text }));
  if ('reasoning' in part) return part.reasoning.map((text) => ({ text, thought: true }));
  return part.tools.map(({ name, arguments: fragments }, index) => ({
    functionCall: { name, args: JSON.parse(fragments.join('') || '{}') as JsonObject },
    // Of parallel calls, only the first is signed.
    ...(index === 0 && 'signature' in part && { thoughtSignature: part.signature }),
  }));
}

function chunk(parts: readonly JsonObject[], fields: JsonObject = {}): Frame {
  const candidate = { content: { role: 'model', parts }, index: 0, ...fields };
  return { data: { candidates: [candidate], usageMetadata: USAGE, ...HEAD } };
}

/** A whole stream as Gemini sends it; the reason of its end comes in a chunk of its own. */
export function geminiStream(parts: readonly GeminiPart[], finishReason = 'STOP'): readonly Frame[] {
  return [...geminiTruncatedStream(parts), chunk([{ text: '' }], { finishReason })];
}

/** A stream that ends without a reason. */
export function geminiTruncatedStream(parts: readonly GeminiPart[]): readonly Frame[] {
  return parts.flatMap(partsOf).map((part) => chunk([part]));
}

/** A stream that breaks off with an error of the upstream. */
export function geminiBrokenStream(parts: readonly GeminiPart[]): readonly Frame[] {
  const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
  return [...geminiTruncatedStream(parts), { data: { error } }];
}

export function geminiReply(parts: readonly GeminiPart[], finishReason = 'STOP'): JsonObject {
  const content = { role: 'model', parts: parts.flatMap(partsOf) };
  return { candidates: [{ content, finishReason, index: 0 }], usageMetadata: USAGE, ...HEAD };
}

export function geminiError(code: number, status: string, fields: JsonObject = {}): MockReply {
  return { status: code, body: { error: { code, message: `Mock error ${code}`, status, ...fields } } };
}

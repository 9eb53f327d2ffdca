/** Names and tables of Gemini's wire, both sides. Source: types of `@google/genai` 3.1 and ai.google.dev (November 2026). */
import {
  type AnswerShape,
  encodeUrlPart,
  type FinishReason,
  type JsonValue,
  type ModelPlaces,
} from '@dragoman/plugin';

export const GEMINI = 'gemini';

/** A prompt that is blocked has no candidate. */
export const CANDIDATES: AnswerShape = { candidates: 'entries', promptFeedback: 'object' };
export const EMBEDDINGS: AnswerShape = { embeddings: 'entries' };

/** `finishReason`, by what it means. What is not here is an error or unknown. */
export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'max-tokens',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  CONTINUATION: 'pause',
};

/** The model wrote something that is no answer. */
export const BROKEN_REASONS: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
]);

export const WIRE_FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-use': 'STOP',
  pause: 'STOP',
  'max-tokens': 'MAX_TOKENS',
  'context-window': 'MAX_TOKENS',
  'content-filter': 'SAFETY',
};

/** Stands for a signature that nobody has; the API takes it for calls that it did not make itself. */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

/** The path names the model, and nested requests may name one as well. */
const CONTENT_FIELDS = [
  'content',
  'contents',
  'systemInstruction',
  'labels',
  'tools[].functionDeclarations',
  'generationConfig.responseSchema',
  'generationConfig.responseJsonSchema',
];

export const MODEL_PLACES: ModelPlaces = {
  content: ['', 'generateContentRequest.', 'requests[].'].flatMap((place) =>
    CONTENT_FIELDS.map((field) => place + field),
  ),
  fields: ['generateContentRequest.model', 'requests[].model', 'tools[].model'],
  prefix: 'models/',
};

export const VERSIONS = ['v1beta', 'v1'] as const;

/** The entries of an array; none of anything else. */
export function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** A path below the base URL that names a model, whose name may hold slashes. */
export function modelPath(model: string, verb: string): string {
  return `/v1beta/models/${model.split('/').map(encodeUrlPart).join('/')}:${verb}`;
}

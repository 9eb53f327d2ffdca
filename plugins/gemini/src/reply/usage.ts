import {
  defined,
  endsInFailure,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  readCount,
  type ReplyEnd,
  sumCounts,
  type Usage,
} from '@dragoman/plugin';

/** Reads `usageMetadata`: thoughts are apart from the candidates, and what tools put in apart from the prompt. */
export function decodeUsage(value: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const count = (name: string): number | undefined => readCount(value[name]);
  const reasoning = count('thoughtsTokenCount');
  return defined({
    input: sumCounts(count('promptTokenCount'), count('toolUsePromptTokenCount')),
    output: sumCounts(count('candidatesTokenCount'), reasoning),
    cacheRead: count('cachedContentTokenCount'),
    reasoning,
  });
}

export function encodeUsage(usage: Usage = { input: 0, output: 0 }): JsonObject {
  const { input, output, cacheRead, reasoning } = usage;
  return defined({
    promptTokenCount: input,
    cachedContentTokenCount: cacheRead || undefined,
    candidatesTokenCount: Math.max(0, output - (reasoning ?? 0)),
    thoughtsTokenCount: reasoning || undefined,
    totalTokenCount: input + output,
  });
}

/** An object that holds at most one more level of objects, as usage does. */
const USAGE = /"usageMetadata"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/y;
/** What the last piece of a stream says; within a text, quotes would be escaped. */
const LAST = /"finishReason"\s*:\s*"|"blockReason"\s*:\s*"|"error"\s*:\s*\{/;

/** An entry of a list, at the start of a line. The space in it is bounded, as many empty lines would take quadratic time. */
const FAILED_ENTRY = /^[[,]?\s{0,80}\{\s*"error"\s*:\s*\{/m;

/** Judges a reply that ended by its JSON text or by the last bytes of its stream. */
export function readEnd(text: string): ReplyEnd {
  USAGE.lastIndex = Math.max(0, text.lastIndexOf('"usageMetadata"'));
  const found = USAGE.exec(text)?.[1];
  const usage = found === undefined ? undefined : decodeUsage(JSON.parse(found) as JsonValue);
  const isFailed = endsInFailure(text) || FAILED_ENTRY.test(text) || undefined;
  return defined({ usage, isComplete: LAST.test(text), isFailed });
}

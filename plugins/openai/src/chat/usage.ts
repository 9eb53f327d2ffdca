import {
  defined,
  endsInFailure,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  readCount,
  type ReplyEnd,
  type Usage,
} from '@dragoman/plugin';
import { decodeUsage as decodeResponseUsage } from '../responses/usage.ts';
import { OPENAI_CHAT, OPENAI_COMPLETIONS, OPENAI_RELAY } from './wire.ts';

/** Reads a `usage` object; `undefined` when there is none or it holds no count. */
export function decodeUsage(value: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const input = readCount(value['prompt_tokens']);
  const output = readCount(value['completion_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const prompt = objectOf(value['prompt_tokens_details']);
  const completion = objectOf(value['completion_tokens_details']);
  const {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    prompt_tokens_details,
    completion_tokens_details,
    ...more
  } = value;
  const { cached_tokens, cache_write_tokens, ...morePrompt } = prompt;
  const { reasoning_tokens, ...moreCompletion } = completion;
  const rest = defined({
    ...more,
    prompt_tokens_details: filled(morePrompt),
    completion_tokens_details: filled(moreCompletion),
  });
  return defined({
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: readCount(cached_tokens),
    cacheWrite: readCount(cache_write_tokens),
    reasoning: readCount(reasoning_tokens),
    extensions: filled(rest) && { [OPENAI_CHAT]: rest },
  });
}

/** Images and transcripts report usage like Responses; a rerank reports only a total. */
function decodeRelayUsage(value: JsonValue | undefined): Usage | undefined {
  const usage = decodeUsage(value) ?? decodeResponseUsage(value);
  const total = usage ? undefined : readCount(objectOf(value)['total_tokens']);
  return usage ?? (total === undefined ? undefined : { input: total, output: 0 });
}

/** Writes a `usage` object. */
export function encodeUsage(usage: Usage = { input: 0, output: 0 }): JsonObject {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const kept = usage.extensions?.[OPENAI_CHAT] ?? {};
  return defined({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...kept,
    prompt_tokens_details: filled(
      defined({
        cached_tokens: cacheRead,
        cache_write_tokens: cacheWrite,
        ...objectOf(kept['prompt_tokens_details']),
      }),
    ),
    completion_tokens_details: filled(
      defined({ reasoning_tokens: reasoning, ...objectOf(kept['completion_tokens_details']) }),
    ),
  });
}

/** Judges a reply that ended by its JSON text or by the last bytes of its stream. */
export function readEnd(wire: string, text: string): ReplyEnd {
  const decode = wire === OPENAI_RELAY ? decodeRelayUsage : decodeUsage;
  // Of a long reply that is no stream, only the end was kept.
  const usage = hasEvents(text) ? lastUsage(text, decode) : usageOfReply(text, decode);
  if (/^\s*\{/.test(text)) return defined({ usage, isComplete: true });
  // Other streams of OpenAI, which are only relayed, end in other ways.
  const isChat = wire === OPENAI_CHAT || wire === OPENAI_COMPLETIONS;
  const isFailed = endsInFailure(text) || undefined;
  const isComplete = !isChat || isFailed || /"finish_reason"\s*:\s*"/.test(text);
  return defined({ usage, isComplete, isFailed });
}

/** Whether a line begins an event. Not one expression for all lines, which would be tried at every character. */
function hasEvents(text: string): boolean {
  return text.startsWith('data:') || text.includes('\ndata:') || text.includes('\rdata:');
}

/** An object that holds at most one more level of objects, as usage does. */
const USAGE = /"usage"\s*:\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})/y;

/** Parses the usage alone; within a text, quotes would be escaped, so the key is not found there. */
function usageOfReply(text: string, decode: typeof decodeUsage): Usage | undefined {
  USAGE.lastIndex = Math.max(0, text.lastIndexOf('"usage"'));
  const found = USAGE.exec(text)?.[1];
  return found === undefined ? undefined : decode(JSON.parse(found) as JsonValue);
}

function lastUsage(text: string, decode: typeof decodeUsage): Usage | undefined {
  // Many streams never tell, and their lines need not be made. A search for so short a text is fast.
  if (!text.includes('_token')) return undefined;
  for (const line of text.split(/\r\n|\n|\r/).toReversed()) {
    if (!line.startsWith('data:') || !line.includes('_tokens"')) continue;
    const usage = decode(objectOf(JSON.parse(line.slice(5)) as JsonValue)['usage']);
    if (usage) return usage;
  }
  return undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function filled<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}

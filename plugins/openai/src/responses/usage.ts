import {
  defined,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  readCount,
  type Usage,
} from '@dragoman/plugin';
import { RESPONSES } from './wire.ts';

/** Reads `usage`; `undefined` when the server counted nothing. */
export function decodeUsage(value: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const { input_tokens, output_tokens, total_tokens, input_tokens_details, output_tokens_details, ...more } =
    value;
  const [input, output] = [readCount(input_tokens), readCount(output_tokens)];
  if (input === undefined && output === undefined) return undefined;
  const ofInput = isJsonObject(input_tokens_details) ? input_tokens_details : {};
  const ofOutput = isJsonObject(output_tokens_details) ? output_tokens_details : {};
  return defined({
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: readCount(ofInput['cached_tokens']),
    cacheWrite: readCount(ofInput['cache_write_tokens']),
    reasoning: readCount(ofOutput['reasoning_tokens']),
    extensions: Object.keys(more).length > 0 ? { [RESPONSES]: more } : undefined,
  });
}

/** Writes `usage`: SDKs require all of its fields. */
export function encodeUsage(usage: Usage = { input: 0, output: 0 }): JsonObject {
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning = 0, extensions } = usage;
  return {
    ...extensions?.[RESPONSES],
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

import { defined, type JsonObject, type Usage } from '@dragoman/core';

/** Anthropic counts what was read from or written to a cache apart from the input. */
export function encodeUsage(usage: Usage = { input: 0, output: 0 }): JsonObject {
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning } = usage;
  return defined({
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: output,
    output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
  });
}

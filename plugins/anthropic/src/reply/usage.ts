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

/** Anthropic counts what was read from or written to a cache apart from the input. */
export function encodeUsage(usage: Usage = { input: 0, output: 0 }): JsonObject {
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning, hosted } = usage;
  const searches = hosted?.['web-search'];
  return defined({
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: output,
    output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
    server_tool_use: searches === undefined ? undefined : { web_search_requests: searches },
  });
}

/** Reads a `usage` object; what it does not say stays as it was before. */
export function decodeUsage(value: JsonValue | undefined, before?: Usage): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const count = (name: string): number | undefined => readCount(value[name]);
  const cacheRead = count('cache_read_input_tokens') ?? before?.cacheRead;
  const cacheWrite = count('cache_creation_input_tokens') ?? before?.cacheWrite;
  const own = count('input_tokens');
  const details = value['output_tokens_details'];
  const reasoning = isJsonObject(details) ? readCount(details['thinking_tokens']) : undefined;
  const hosted = value['server_tool_use'];
  const searches = isJsonObject(hosted) ? readCount(hosted['web_search_requests']) : undefined;
  return defined({
    input: own === undefined ? (before?.input ?? 0) : sumCounts(own, cacheRead, cacheWrite),
    output: count('output_tokens') ?? before?.output ?? 0,
    cacheRead,
    cacheWrite,
    reasoning: reasoning ?? before?.reasoning,
    hosted: searches === undefined ? before?.hosted : { 'web-search': searches },
  });
}

/** Judges a reply that ended by its JSON text or by the last bytes of its stream. */
export function readEnd(_wire: string, text: string): ReplyEnd {
  if (text.trimStart().startsWith('{')) {
    const body = JSON.parse(text) as JsonObject;
    return defined({ usage: decodeUsage(body['usage']), isComplete: true });
  }
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
  const last = lines.findLast((line) => line.includes('"message_delta"'));
  const isFailed = endsInFailure(text) || undefined;
  const isComplete = last !== undefined || isFailed === true;
  const event = last === undefined ? undefined : (JSON.parse(last.slice(5)) as JsonObject);
  return defined({ usage: decodeUsage(event?.['usage']), isComplete, isFailed });
}

import type { JsonObject, JsonValue } from '@dragoman/plugin';
import {
  anthropicReply,
  anthropicStream,
  geminiReply,
  geminiStream,
  type MockReply,
  openAiModels,
  type OpenAiPart,
  openAiReply,
  openAiStream,
  responsesReply,
  responsesStream,
} from '@dragoman/testing/upstreams';
import type { UpstreamCall } from './upstream-call.ts';

const PARTS: readonly (readonly OpenAiPart[])[] = [
  [{ text: ['Good ', 'day.'] }],
  [{ reasoning: ['Hm.'] }, { text: ['Yes', ' \u{1f600}', '\n'] }],
  [{ tools: [{ id: 'call_m', name: 'tool_0', arguments: ['{"city":', '"Paris"}'] }] }],
  [{ text: ['both'] }, { tools: [{ id: 'call_n', name: 'nowhere', arguments: ['{}'] }] }],
];

/** What relays answer: JSON, and types that a browser would run. */
const RELAYED: readonly MockReply[] = [
  { body: { object: 'list', data: [] } },
  { headers: { 'content-type': 'audio/mpeg' }, rawBody: Buffer.alloc(2_000, 7) },
  { headers: { 'content-type': 'text/html' }, rawBody: '<script>alert(1)</script>' },
  { headers: { 'content-type': 'image/svg+xml' }, rawBody: '<svg onload="alert(1)"/>' },
  { rawBody: '<html><script>alert(1)</script></html>' },
  { headers: { 'set-cookie': 'a=b', 'x-upstream-secret': 'no', location: 'http://127.0.0.1/' }, body: {} },
];

/** Answers whatever it is asked as the real API would, and never fails. */
export function goodReply({ url, path, body, dice }: UpstreamCall): MockReply {
  const fields = parse(body);
  const parts = dice.pick(PARTS);
  const streams = fields['stream'] === true;
  if (path.endsWith('/chat/completions'))
    return streams ? { stream: openAiStream(parts) } : { body: openAiReply(parts) };
  if (path.endsWith('/responses'))
    return streams ? { stream: responsesStream(parts) } : { body: responsesReply(parts) };
  if (path.endsWith('/messages'))
    return streams ? { stream: anthropicStream(parts) } : { body: anthropicReply(parts) };
  if (path.endsWith(':streamGenerateContent'))
    return { stream: geminiStream(parts), transport: url.includes('alt=sse') ? 'sse' : 'json-array' };
  if (path.endsWith(':generateContent')) return { body: geminiReply(parts) };
  if (path.endsWith('/input_tokens')) return { body: { object: 'response.input_tokens', input_tokens: 9 } };
  if (path.endsWith('/count_tokens')) return { body: { input_tokens: 9 } };
  if (path.endsWith(':countTokens')) return { body: { totalTokens: 9 } };
  if (path.endsWith('/completions')) return completion(streams);
  if (path.endsWith('/embeddings')) return { body: vectors(countOf(fields['input'])) };
  if (path.endsWith('EmbedContents')) {
    const embeddings = Array.from({ length: countOf(fields['requests']) }, () => ({ values: [0.5, 0.25] }));
    return { body: { embeddings } };
  }
  if (path.endsWith(':embedContent')) return { body: { embedding: { values: [0.5, 0.25] } } };
  if (path.endsWith('/models')) return { body: openAiModels(['gpt-good']) };
  return dice.pick(RELAYED);
}

function completion(streams: boolean): MockReply {
  const head = { id: 'cmpl-mock', object: 'text_completion', created: 1_760_000_000, model: 'mock' };
  const whole = { ...head, choices: [{ index: 0, text: 'done', finish_reason: 'stop', logprobs: null }] };
  return streams
    ? { stream: [{ data: whole }, { data: '[DONE]' }] }
    : { body: { ...whole, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } } };
}

function vectors(count: number): JsonObject {
  const data = Array.from({ length: count }, (_, index) => ({
    object: 'embedding',
    index,
    embedding: [0.5, 0.25],
  }));
  return { object: 'list', data, model: 'mock', usage: { prompt_tokens: 1, total_tokens: 1 } };
}

/** Tokens of one input are a list of numbers; everything else in a list is an input. */
function countOf(input: JsonValue | undefined): number {
  if (!Array.isArray(input)) return 1;
  return input.length > 0 && typeof input[0] === 'number' ? 1 : Math.min(input.length, 20_000);
}

function parse(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString().replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

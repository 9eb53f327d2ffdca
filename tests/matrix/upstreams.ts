import type { JsonObject } from '@dragoman/plugin';
import type { UpstreamInput } from '../../core/src/config/upstream.ts';
import {
  anthropicBrokenStream,
  anthropicError,
  anthropicReply,
  anthropicStream,
  anthropicTruncatedStream,
  type Frame,
  geminiBrokenStream,
  geminiError,
  geminiReply,
  geminiStream,
  geminiTruncatedStream,
  type MockReply,
  openAiBrokenStream,
  openAiError,
  type OpenAiPart,
  openAiReply,
  openAiStream,
  openAiTruncatedStream,
  responsesBrokenStream,
  responsesReply,
  responsesStream,
  responsesTruncatedStream,
} from '@dragoman/testing/upstreams';

/** An upstream that speaks one wire, scripted. */
export interface Speaker {
  readonly wire: string;
  config(url: string): Pick<UpstreamInput, 'provider' | 'options'>;
  stream(parts: readonly OpenAiPart[]): readonly Frame[];
  reply(parts: readonly OpenAiPart[]): JsonObject;
  truncated(parts: readonly OpenAiPart[]): readonly Frame[];
  broken(parts: readonly OpenAiPart[]): readonly Frame[];
  /** A rate limit that ends in seven seconds. */
  readonly rateLimit: MockReply;
}

const RETRY = { 'retry-after': '7' };

export const SPEAKERS: readonly Speaker[] = [
  {
    wire: 'openai-chat',
    config: (url) => ({ provider: 'openai', options: { baseUrl: `${url}/v1`, apiKey: 'sk-up' } }),
    stream: (parts) => openAiStream(parts),
    reply: (parts) => openAiReply(parts),
    truncated: (parts) => openAiTruncatedStream(parts),
    broken: (parts) => openAiBrokenStream(parts),
    rateLimit: openAiError(429, { message: 'Slow down.' }, RETRY),
  },
  {
    wire: 'openai-responses',
    config: (url) => ({
      provider: 'openai',
      options: { baseUrl: `${url}/v1`, apiKey: 'sk-up', wire: 'responses' },
    }),
    stream: (parts) => responsesStream(parts),
    reply: (parts) => responsesReply(parts),
    truncated: responsesTruncatedStream,
    broken: (parts) => responsesBrokenStream(parts, 'error'),
    rateLimit: openAiError(429, { message: 'Slow down.' }, RETRY),
  },
  {
    wire: 'anthropic',
    config: (url) => ({ provider: 'anthropic', options: { baseUrl: url, apiKey: 'sk-up' } }),
    stream: (parts) => anthropicStream(parts),
    reply: (parts) => anthropicReply(parts),
    truncated: anthropicTruncatedStream,
    broken: anthropicBrokenStream,
    rateLimit: anthropicError(429, 'rate_limit_error', { message: 'Slow down.', headers: RETRY }),
  },
  {
    wire: 'gemini',
    config: (url) => ({ provider: 'gemini', options: { baseUrl: url, apiKey: 'sk-up' } }),
    stream: (parts) => geminiStream(parts),
    reply: (parts) => geminiReply(parts),
    truncated: geminiTruncatedStream,
    broken: geminiBrokenStream,
    rateLimit: geminiError(429, 'RESOURCE_EXHAUSTED', {
      message: 'Slow down.',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
    }),
  },
];

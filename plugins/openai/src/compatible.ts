import {
  type CallContext,
  type ChatRequest,
  createHttpProvider,
  getJson,
  type HeaderMap,
  postJson,
  type Provider,
  type RateLimitHeaders,
  readAnswer,
  type ReplyEnd,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { decodeError } from './common/decode-error.ts';
import { decodeCompletion, decodeCompletionStream } from './endpoints/decode-completion.ts';
import { decodeReply, decodeStream } from './chat/reply/decode-reply.ts';
import { decodeEmbedReply, encodeEmbedRequest } from './endpoints/embeddings.ts';
import { encodeRequest } from './chat/request/encode-request.ts';
import { decodeModels } from './endpoints/models.ts';
import { countInputTokens, openaiResponsesCodec } from './responses/codec.ts';
import {
  decodeReply as decodeResponseReply,
  decodeStream as decodeResponseStream,
  readEnd as readResponseEnd,
} from './responses/reply/decode-reply.ts';
import { INPUT_TOKENS, OUTPUT, RESPONSES, TOKEN_COUNT } from './responses/wire.ts';
import { CLIENT_HEADERS, REPLY_HEADERS } from './endpoints/relayed.ts';
import { readEnd } from './chat/usage.ts';
import {
  CHOICES,
  EMBEDDINGS,
  OPENAI_CHAT,
  OPENAI_COMPLETIONS,
  OPENAI_EMBEDDINGS,
  OPENAI_RELAY,
} from './chat/wire.ts';

/** The upstream side of Chat Completions. */
export const openaiChatCodec: UpstreamCodec = {
  encodeRequest,
  takesUrl: ({ media }, { urlImages }) => media === 'image' && urlImages,
  answer: CHOICES,
  decodeReply,
  decodeStream,
  decodeError,
  readEnd,
};

export interface OpenaiCompatible {
  /** Where `/chat/completions` begins: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Credentials and whatever else every request carries. */
  readonly headers: HeaderMap;
  /** Which API it speaks; `auto` is both. Chat Completions unless said otherwise. */
  readonly wire?: 'chat' | 'responses' | 'auto';
}

/** What of OpenAI's API goes on as it is, whichever way the upstream converses. */
const COMMON_WIRES = [OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS, OPENAI_RELAY];
const WIRES = {
  chat: [OPENAI_CHAT, ...COMMON_WIRES],
  responses: [RESPONSES, INPUT_TOKENS, ...COMMON_WIRES],
  auto: [OPENAI_CHAT, RESPONSES, INPUT_TOKENS, ...COMMON_WIRES],
};

/** An upstream that speaks OpenAI's API: all that such a provider needs. */
export function openaiCompatible({ baseUrl, headers, wire = 'chat' }: OpenaiCompatible): Provider {
  const input = { baseUrl, headers, codec: openaiChatCodec };
  const responses = createHttpProvider({ ...input, codec: openaiResponsesCodec });
  const chat = createHttpProvider({
    ...input,
    codec: { ...openaiChatCodec, readEnd: readEndOf },
    forward: {
      wires: WIRES[wire],
      mount: '/v1',
      headers: CLIENT_HEADERS,
      replyHeaders: REPLY_HEADERS,
      answers: ANSWERS,
      readers: READERS,
    },
    rateLimits: RATE_LIMITS,
    models: async (context) => decodeModels(await getJson(input, '/models', context)),
    async embed(request, context) {
      const body = encodeEmbedRequest(request);
      const reply = await postJson(input, { path: '/embeddings', body }, context);
      return decodeEmbedReply(await readAnswer(reply, EMBEDDINGS, openaiChatCodec), request);
    },
  });
  if (wire === 'chat') return chat;
  return {
    ...chat,
    chat: (request, context) =>
      (wire === 'responses' || suitsResponses(request, context) ? responses : chat).chat(request, context),
    countTokens: (request, context) => countInputTokens(input, request, context),
  };
}

/** How long as `1s`, `6m0s` or `120ms`. */
const RATE_LIMITS: readonly RateLimitHeaders[] = ['requests', 'tokens'].map((what) => ({
  remaining: `x-ratelimit-remaining-${what}`,
  reset: `x-ratelimit-reset-${what}`,
  form: 'duration',
}));

const ANSWERS = {
  [OPENAI_CHAT]: CHOICES,
  [OPENAI_COMPLETIONS]: CHOICES,
  [OPENAI_EMBEDDINGS]: EMBEDDINGS,
  [RESPONSES]: OUTPUT,
  [INPUT_TOKENS]: TOKEN_COUNT,
};

const READERS = {
  [OPENAI_CHAT]: { decodeReply, decodeStream },
  [RESPONSES]: { decodeReply: decodeResponseReply, decodeStream: decodeResponseStream },
  [OPENAI_COMPLETIONS]: { decodeReply: decodeCompletion, decodeStream: decodeCompletionStream },
};

function readEndOf(wire: string, text: string): ReplyEnd {
  return wire === RESPONSES ? readResponseEnd(text) : readEnd(wire, text);
}

/** Responses alone takes back what reasoning models thought, and lets all of them reason beside tools. */
function suitsResponses({ protocol }: ChatRequest, { capabilities }: CallContext): boolean {
  return protocol === RESPONSES || (protocol !== OPENAI_CHAT && capabilities.thinking !== 'none');
}

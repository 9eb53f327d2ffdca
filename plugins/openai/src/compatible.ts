import {
  type CallContext,
  type ChatRequest,
  createHttpProvider,
  getJson,
  type HttpUpstream,
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
import { mustConvert, pathFor, type Quirks, withQuirks } from './quirks.ts';
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

export interface OpenaiCompatible extends Quirks, Pick<HttpUpstream, 'auth' | 'framing'> {
  /** Where `/chat/completions` begins: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Credentials and whatever else every request carries, or a function that tells it for a call. Default: nothing. */
  readonly headers?: HttpUpstream['headers'];
  /** Which API it speaks; `auto` is both. Chat Completions unless said otherwise. */
  readonly wire?: 'chat' | 'responses' | 'auto';
}

/** What of OpenAI's API goes on as it is, whichever way the upstream converses. */
const COMMON_WIRES = [OPENAI_EMBEDDINGS, OPENAI_RELAY];
const WIRES = {
  chat: [OPENAI_CHAT, OPENAI_COMPLETIONS, ...COMMON_WIRES],
  responses: [RESPONSES, INPUT_TOKENS, OPENAI_COMPLETIONS, ...COMMON_WIRES],
  auto: [OPENAI_CHAT, RESPONSES, INPUT_TOKENS, OPENAI_COMPLETIONS, ...COMMON_WIRES],
};

/** An upstream that speaks OpenAI's API: all that such a provider needs. */
export function openaiCompatible(compatible: OpenaiCompatible): Provider {
  const { baseUrl, headers = {}, auth, framing, wire = 'chat', paths = {} } = compatible;
  const { decodeModels: readModels = decodeModels } = compatible;
  const codec = withQuirks(openaiChatCodec, paths.chat, compatible);
  const input = { baseUrl, headers, auth, framing, codec };
  const responses = createHttpProvider({
    ...input,
    codec: withQuirks(openaiResponsesCodec, paths.responses, compatible),
  });
  const chat = createHttpProvider({
    ...input,
    codec: { ...codec, readEnd: readEndOf },
    forward: {
      wires: mustConvert(compatible) ? COMMON_WIRES : WIRES[wire],
      mount: '/v1',
      headers: CLIENT_HEADERS,
      replyHeaders: REPLY_HEADERS,
      answers: ANSWERS,
      readers: READERS,
      ...(compatible.paths && { rewritePath: (path, model) => belowBase(path, model, paths) }),
    },
    rateLimits: RATE_LIMITS,
    models: async (context) => readModels(await getJson(input, paths.models ?? '/models', context)),
    async embed(request, context) {
      const path = pathFor(paths.embeddings ?? '/embeddings', request.model);
      const reply = await postJson(input, { path, body: encodeEmbedRequest(request) }, context);
      return decodeEmbedReply(await readAnswer(reply, EMBEDDINGS, codec), request);
    },
  });
  if (wire === 'chat') return chat;
  return {
    ...chat,
    chat: (request, context) =>
      (wire === 'responses' || suitsResponses(request, context) ? responses : chat).chat(request, context),
    countTokens: (request, context) =>
      countInputTokens(
        { ...input, path: pathFor(paths.responses ?? '/responses', request.model) },
        request,
        context,
      ),
  };
}

/** Where a path of OpenAI's API is at the server. */
function belowBase(path: string, model: string, paths: NonNullable<Quirks['paths']>): string {
  const below = path.startsWith('/v1/') ? path.slice('/v1'.length) : path;
  const [, start = '', rest = ''] =
    /^(\/chat\/completions|\/responses|\/embeddings)(\/.*)?$/.exec(below) ?? [];
  const own = {
    '/chat/completions': paths.chat,
    '/responses': paths.responses,
    '/embeddings': paths.embeddings,
  }[start];
  return own === undefined ? below : pathFor(own, model) + rest;
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

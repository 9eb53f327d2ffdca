import {
  createHttpProvider,
  defineProvider,
  getJson,
  type HeaderMap,
  postJson,
  type Provider,
  readJson,
  secret,
  type UpstreamCodec,
} from '@dragoman/core';
import { z } from 'zod';
import { decodeError } from './decode-error.ts';
import { decodeReply, decodeStream } from './decode-reply.ts';
import { decodeEmbedReply, encodeEmbedRequest } from './embeddings.ts';
import { encodeRequest } from './encode-request.ts';
import { OPENAI_FAMILIES } from './families.ts';
import { decodeModels } from './models.ts';
import { readEnd } from './usage.ts';
import { OPENAI_CHAT, OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS, OPENAI_RELAY } from './wire.ts';

/** The upstream side of Chat Completions. */
export const openaiChatCodec: UpstreamCodec = {
  encodeRequest,
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
}

/** An upstream that speaks OpenAI's API: all that such a provider needs. */
export function openaiCompatible({ baseUrl, headers }: OpenaiCompatible): Provider {
  const input = { baseUrl, headers, codec: openaiChatCodec };
  return createHttpProvider({
    ...input,
    forward: {
      wires: [OPENAI_CHAT, OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS, OPENAI_RELAY],
      mount: '/v1',
      headers: ['openai-', 'x-stainless-'],
    },
    models: async (context) => decodeModels(await getJson(input, '/models', context)),
    async embed(request, context) {
      const body = encodeEmbedRequest(request);
      return decodeEmbedReply(
        await readJson(await postJson(input, { path: '/embeddings', body }, context)),
        request,
      );
    },
  });
}

const options = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.openai.com/v1')
    .meta({ title: 'Base URL', description: 'Where `/chat/completions` begins, as OpenAI SDKs have it.' }),
  apiKey: secret(
    z
      .string()
      .trim()
      .min(1)
      .optional()
      .meta({ title: 'API key', description: 'Local servers often need none.' }),
  ),
  organization: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Organization', description: 'The `OpenAI-Organization` header.' }),
  project: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Project', description: 'The `OpenAI-Project` header.' }),
  headers: secret(
    z
      .record(
        z.string().regex(/^[\w-]+$/, 'must be the name of a header'),
        z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of a header'),
      )
      .optional()
      .meta({ title: 'Extra headers', description: 'Sent with every request, such as the key of a proxy.' }),
  ),
});

export const openaiProvider = defineProvider({
  name: 'openai',
  title: 'OpenAI and compatible',
  description:
    'OpenAI itself and every server that speaks its API: vLLM, SGLang, Ollama, DashScope, OpenRouter, …',
  options,
  capabilities: OPENAI_FAMILIES,
  create: ({ baseUrl, apiKey, organization, project, headers }) =>
    openaiCompatible({
      baseUrl,
      headers: {
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        ...(organization && { 'openai-organization': organization }),
        ...(project && { 'openai-project': project }),
        ...lowerCased(headers ?? {}),
      },
    }),
});

function lowerCased(headers: HeaderMap): HeaderMap {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

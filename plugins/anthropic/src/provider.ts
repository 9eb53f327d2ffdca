import {
  createHttpProvider,
  defineProvider,
  GatewayError,
  getJson,
  headerText,
  isJsonObject,
  type JsonValue,
  type Model,
  postJson,
  type RateLimitHeaders,
  readJson,
  secret,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { z } from 'zod';
import { decodeError } from './reply/decode-error.ts';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { encodeRequest } from './request/encode-request.ts';
import { CLAUDE_FAMILIES } from './families.ts';
import { readEnd } from './reply/usage.ts';
import { ANTHROPIC, CONTENT } from './wire.ts';

/** The upstream side of the Messages API. */
export const anthropicCodec: UpstreamCodec = {
  encodeRequest,
  takesUrl: ({ media }, { urlImages }) => media !== 'image' || urlImages,
  answer: CONTENT,
  decodeReply,
  decodeStream,
  decodeError,
  readEnd,
};

const options = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.anthropic.com')
    .meta({ title: 'Base URL', description: 'The URL without `/v1/messages`, as in Anthropic SDKs.' }),
  apiKey: secret(z.string().trim().min(1).meta({ title: 'API key', description: 'Sent as `x-api-key`.' })),
  version: headerText(z.string().min(1))
    .default('2023-06-01')
    .meta({ title: 'API version', description: 'The `anthropic-version` header of converted requests.' }),
  betas: z
    .array(headerText(z.string().min(1)))
    .optional()
    .meta({ title: 'Betas', description: 'The `anthropic-beta` header of converted requests.' }),
});

export const anthropicProvider = defineProvider({
  name: 'anthropic',
  title: 'Anthropic',
  description: 'Claude models through the Messages API.',
  options,
  capabilities: CLAUDE_FAMILIES,
  create({ baseUrl, apiKey, version, betas }) {
    const converted = { 'anthropic-version': version, ...(betas && { 'anthropic-beta': betas.join(',') }) };
    const codec: UpstreamCodec = {
      ...anthropicCodec,
      encodeRequest: (request, context) => ({ ...encodeRequest(request, context), headers: converted }),
    };
    const upstream = { baseUrl, headers: { 'x-api-key': apiKey }, codec };
    return {
      ...createHttpProvider({
        ...upstream,
        forward: {
          wires: [ANTHROPIC, 'anthropic-count'],
          // The version and betas of a client that speaks the same go along as they are.
          mount: '',
          headers: ['anthropic-version', 'anthropic-beta', 'anthropic-dangerous-direct-browser-access'],
          // Not the id of the organization. The second is of proxies in between.
          replyHeaders: ['anthropic-ratelimit-', 'x-ratelimit-'],
          answers: { [ANTHROPIC]: CONTENT, 'anthropic-count': { input_tokens: 'number' } },
          readers: { [ANTHROPIC]: { decodeReply, decodeStream } },
        },
        rateLimits: RATE_LIMITS,
        models: async (context) => {
          const listed = { ...upstream, headers: { ...upstream.headers, 'anthropic-version': version } };
          return decodeModels(await getJson(listed, '/v1/models?limit=1000', context));
        },
      }),
      async countTokens(request, context) {
        const { body } = encodeRequest(request, context);
        const { max_tokens: _, stream: __, ...counted } = body;
        const path = '/v1/messages/count_tokens';
        const reply = await readJson(
          await postJson(upstream, { path, body: counted, headers: converted }, context),
        );
        const tokens = isJsonObject(reply) ? reply['input_tokens'] : undefined;
        if (typeof tokens === 'number') return tokens;
        throw new GatewayError('upstream-broken', 'The upstream returned no token count.');
      },
    };
  },
});

/** Until when, as a date. */
const RATE_LIMITS: readonly RateLimitHeaders[] = ['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
  (what) => ({
    remaining: `anthropic-ratelimit-${what}-remaining`,
    reset: `anthropic-ratelimit-${what}-reset`,
    form: 'date',
  }),
);

function decodeModels(body: JsonValue): readonly Model[] {
  const rows =
    isJsonObject(body) && Array.isArray(body['data']) ? (body['data'] as readonly JsonValue[]) : [];
  return rows.filter(isJsonObject).flatMap((row) => {
    const { id, display_name: name, created_at: created } = row;
    if (typeof id !== 'string') return [];
    const seconds = typeof created === 'string' ? Date.parse(created) / 1000 : Number.NaN;
    return [
      {
        id,
        owner: 'anthropic',
        ...(typeof name === 'string' && { displayName: name }),
        ...(Number.isFinite(seconds) && { created: seconds }),
      },
    ];
  });
}

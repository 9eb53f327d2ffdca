import {
  type CallContext,
  createHttpProvider,
  defineProvider,
  encodeUrlPart,
  GatewayError,
  getJson,
  type HttpUpstream,
  inlineFiles,
  isJsonObject,
  type Model,
  postJson,
  readAnswer,
  readJson,
  secret,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { z } from 'zod';
import { decodeError } from './reply/decode-error.ts';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeEmbedReply, encodeEmbedRequest } from './embeddings.ts';
import { encodeCountRequest, encodeRequest } from './request/encode-request.ts';
import { GEMINI_FAMILIES } from './families.ts';
import { decodeModels } from './models.ts';
import { readEnd } from './reply/usage.ts';
import { CANDIDATES, EMBEDDINGS, GEMINI } from './wire.ts';

/** The upstream side of generateContent. */
export const geminiCodec: UpstreamCodec = {
  encodeRequest,
  // Films are not fetched: those of YouTube it takes, others are too large.
  takesUrl: ({ media }, { urlImages }) => media === 'video' || urlImages,
  answer: CANDIDATES,
  decodeReply,
  decodeStream,
  decodeError,
  readEnd: (_, text) => readEnd(text),
};

const options = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://generativelanguage.googleapis.com')
    .meta({ title: 'Base URL', description: 'The URL without `/v1beta/models`, as in Google SDKs.' }),
  apiKey: secret(
    z.string().trim().min(1).meta({ title: 'API key', description: 'Sent as `x-goog-api-key`.' }),
  ),
});

export const geminiProvider = defineProvider({
  name: 'gemini',
  title: 'Google Gemini',
  description: 'Gemini models through generateContent of the Developer API.',
  options,
  capabilities: GEMINI_FAMILIES,
  create({ baseUrl, apiKey }) {
    const upstream = { baseUrl, headers: { 'x-goog-api-key': apiKey }, codec: geminiCodec };
    return {
      ...createHttpProvider({
        ...upstream,
        // The path names the model, so the body goes on as it is.
        forward: {
          wires: [GEMINI],
          mount: '',
          headers: ['x-goog-api-client'],
          // Of proxies in between.
          replyHeaders: ['x-ratelimit-'],
          rewritePath: renameModel,
          answers: { [GEMINI]: CANDIDATES },
          readers: { [GEMINI]: { decodeReply, decodeStream } },
        },
        models: (context) => listModels(upstream, context),
        async embed(request, context) {
          const reply = await postJson(upstream, encodeEmbedRequest(request), context);
          return decodeEmbedReply(await readAnswer(reply, EMBEDDINGS, geminiCodec), request);
        },
      }),
      async countTokens(request, context) {
        const asked = await inlineFiles(request, geminiCodec, context);
        const reply = await readJson(await postJson(upstream, encodeCountRequest(asked, context), context));
        const tokens = isJsonObject(reply) ? reply['totalTokens'] : undefined;
        if (typeof tokens === 'number') return tokens;
        throw new GatewayError('upstream-broken', 'The upstream returned no token count.');
      },
    };
  },
});

/** `/v1beta/models/alias:verb` with the upstream's own name. */
function renameModel(path: string, model: string): string {
  const name = model.split('/').map(encodeUrlPart).join('/');
  return path.replace(
    /^(\/[^/]+\/models\/).*?((?::|%3a)\w+)$/i,
    (_, start: string, verb: string) => start + name + verb,
  );
}

const MAX_PAGES = 10;

async function listModels(upstream: HttpUpstream, context: CallContext): Promise<readonly Model[]> {
  const all: Model[] = [];
  let query = 'pageSize=1000';
  for (let page = 0; page < MAX_PAGES; page++) {
    const { models, nextPageToken } = decodeModels(
      await getJson(upstream, `/v1beta/models?${query}`, context),
    );
    all.push(...models);
    if (nextPageToken === undefined) break;
    query = `pageSize=1000&pageToken=${encodeUrlPart(nextPageToken)}`;
  }
  return all;
}

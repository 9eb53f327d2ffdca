import {
  type ChatEndpoint,
  type CountTokensEndpoint,
  defineProtocol,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  listRules,
} from '@dragoman/plugin';
import { geminiClient } from './client.ts';
import { decodeCountRequest, decodeRequest } from './request/decode-request.ts';
import { embedEndpoints } from './embeddings.ts';
import { encodeError } from './reply/encode-error.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { ARRAY_FORM, encodeStream, encodeStreamError } from './reply/encode-stream.ts';
import { modelEndpoints } from './models.ts';
import { arrayOf, GEMINI, MODEL_PLACES, VERSIONS } from './wire.ts';

/** Both verbs: on this wire the path says whether the answer streams. */
const chatEndpoints = VERSIONS.flatMap((version) =>
  [false, true].map((stream): ChatEndpoint => ({
    operation: 'chat',
    method: 'POST',
    path: `/${version}/models/{*model}\\:${stream ? 'streamGenerateContent' : 'generateContent'}`,
    wire: GEMINI,
    models: MODEL_PLACES,
    summary: stream ? 'Answers a conversation as a stream.' : 'Answers a conversation.',
    conversation: listRules({ field: 'contents', outputOf: contentOf }),
    peek: ({ params: { model } }) => (model ? { model: model.replace(/^models\//, ''), stream } : undefined),
    decodeRequest: (input) => decodeRequest(input, stream),
    encodeReply,
    encodeStream,
    encodeStreamError,
    streamForm: ({ query }) => (query.get('alt') === 'sse' ? undefined : ARRAY_FORM),
  })),
);

function contentOf({ candidates }: JsonObject): readonly JsonValue[] {
  const [candidate] = arrayOf(candidates);
  const content = isJsonObject(candidate) ? candidate['content'] : undefined;
  return content === undefined ? [] : [content];
}

const countEndpoints = VERSIONS.map((version): CountTokensEndpoint => ({
  operation: 'count-tokens',
  method: 'POST',
  path: `/${version}/models/{*model}\\:countTokens`,
  wire: 'gemini-count',
  models: MODEL_PLACES,
  summary: 'Counts the tokens of a prompt; a header admits an estimate.',
  decodeRequest: decodeCountRequest,
  encodeCount: (totalTokens) => ({ totalTokens }),
}));

/** What clients of Gemini's API speak. */
export const geminiGenerate = defineProtocol({
  name: GEMINI,
  title: 'Gemini generateContent',
  endpoints: [...chatEndpoints, ...countEndpoints, ...embedEndpoints, ...modelEndpoints],
  credentials: { headers: ['x-goog-api-key'], query: 'key' },
  clientHeaders: ['x-goog-api-client'],
  client: geminiClient,
  encodeError,
});

import {
  type ChatEndpoint,
  type CountTokensEndpoint,
  defineProtocol,
  isJsonObject,
  listRules,
  type ModelPlaces,
  type RequestInput,
} from '@dragoman/plugin';
import { anthropicClient } from './client.ts';
import { decodeCountRequest, decodeRequest } from './request/decode-request.ts';
import { encodeError } from './reply/encode-error.ts';
import { encodeLimits } from './reply/encode-limits.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeStream, encodeStreamError, PING } from './reply/encode-stream.ts';
import { getModelEndpoint, listModelsEndpoint } from './models.ts';
import { threadRules } from './request/threads.ts';
import { ANTHROPIC } from './wire.ts';

/** Some tools name a model of their own, such as the advisor. */
const MODEL_PLACES: ModelPlaces = {
  fields: ['tools[].model', 'fallbacks[]', 'fallbacks[].model', 'models[]'],
  content: [
    'messages',
    'system',
    'metadata',
    'tools[].input_schema',
    'tools[].input_examples',
    'output_format.schema',
    'output_config.format',
  ],
};

const messagesEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/messages',
  wire: ANTHROPIC,
  summary: 'Answers a conversation.',
  models: MODEL_PLACES,
  keepAlive: PING,
  keepsReply: ({ thread }) => isJsonObject(thread),
  conversation: {
    ...listRules({ field: 'messages', outputOf: ({ role, content }) => [{ role, content }] }),
    stored: threadRules,
  },
  peek,
  decodeRequest,
  encodeReply,
  encodeStream,
  encodeStreamError,
};

const countEndpoint: CountTokensEndpoint = {
  operation: 'count-tokens',
  method: 'POST',
  path: '/v1/messages/count_tokens',
  wire: 'anthropic-count',
  models: MODEL_PLACES,
  summary: 'Counts the tokens of a prompt; a header admits an estimate.',
  decodeRequest: decodeCountRequest,
  encodeCount: (tokens) => ({ input_tokens: tokens }),
};

function peek({ body: { model, stream } }: RequestInput): { model: string; stream: boolean } | undefined {
  if (typeof model !== 'string' || model === '') return undefined;
  if (stream !== undefined && typeof stream !== 'boolean') return undefined;
  return { model, stream: stream ?? false };
}

/** What clients of Anthropic's API speak. */
export const anthropicMessages = defineProtocol({
  name: ANTHROPIC,
  title: 'Anthropic Messages',
  endpoints: [messagesEndpoint, countEndpoint, listModelsEndpoint, getModelEndpoint],
  credentials: { headers: ['x-api-key'] },
  clientHeaders: ['anthropic-'],
  client: anthropicClient,
  encodeError,
  encodeLimits,
});

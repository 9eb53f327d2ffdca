import {
  type ChatEndpoint,
  defineProtocol,
  isJsonObject,
  type JsonValue,
  listRules,
  type RelayEndpoint,
} from '@dragoman/plugin';
import { chatClient } from './chat/client.ts';
import { completionsEndpoint } from './endpoints/completions.ts';
import { decodeRequest } from './chat/request/decode-request.ts';
import { embeddingsEndpoint } from './endpoints/embeddings.ts';
import { encodeError } from './common/encode-error.ts';
import { encodeLimits } from './common/encode-limits.ts';
import { encodeReply } from './chat/reply/encode-reply.ts';
import { encodeStream, encodeStreamError } from './chat/reply/encode-stream.ts';
import { getModelEndpoint, listModelsEndpoint } from './endpoints/models.ts';
import { peek } from './common/peek.ts';
import { keepsPart, KEPT_REPLIES, MODEL_PLACES, RUNS_LATER, STATELESS_PATHS } from './endpoints/relayed.ts';
import { arrayOf } from './common/values.ts';
import { OPENAI_CHAT, OPENAI_RELAY } from './chat/wire.ts';

const chatEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/chat/completions',
  wire: OPENAI_CHAT,
  summary: 'Answers a conversation.',
  models: MODEL_PLACES,
  keepsReply: ({ store }) => store === true,
  // Many clients keep no field that they do not know.
  losesState: true,
  conversation: {
    ...listRules({
      field: 'messages',
      outputOf: ({ choices }) => arrayOf(choices).slice(0, 1).flatMap(messageOf),
    }),
    threadField: 'thread_id',
  },
  peek,
  decodeRequest,
  encodeReply,
  encodeStream,
  encodeStreamError,
};

function messageOf(choice: JsonValue): readonly JsonValue[] {
  const message = isJsonObject(choice) ? choice['message'] : undefined;
  return message === undefined ? [] : [message];
}

/** Audio, images, files, moderations, batches and whatever comes next. */
const relayEndpoint: RelayEndpoint = {
  operation: 'relay',
  method: 'ANY',
  path: '/v1/*path',
  wire: OPENAI_RELAY,
  models: MODEL_PLACES,
  stateless: STATELESS_PATHS,
  runsLater: RUNS_LATER,
  keptReplies: KEPT_REPLIES,
  keepsPart,
  summary: 'Sends everything else on to an OpenAI-compatible upstream.',
};

/** What clients of OpenAI's API speak. */
export const openaiChat = defineProtocol({
  name: OPENAI_CHAT,
  title: 'OpenAI Chat Completions',
  endpoints: [
    chatEndpoint,
    embeddingsEndpoint,
    completionsEndpoint,
    listModelsEndpoint,
    getModelEndpoint,
    relayEndpoint,
  ],
  // As Azure's SDKs have it.
  credentials: { headers: ['api-key'] },
  clientHeaders: ['openai-'],
  client: chatClient,
  encodeError,
  encodeLimits,
});

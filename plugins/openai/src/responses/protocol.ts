import {
  type ChatEndpoint,
  type ConversationRules,
  type CountTokensEndpoint,
  defineProtocol,
  type JsonObject,
  listRules,
  type StoredReplyEndpoint,
} from '@dragoman/plugin';
import { encodeError } from '../common/encode-error.ts';
import { encodeLimits } from '../common/encode-limits.ts';
import { peek } from '../common/peek.ts';
import { keepsPart, MODEL_PLACES } from '../endpoints/relayed.ts';
import { arrayOf } from '../common/values.ts';
import { responsesClient } from './client.ts';
import { decodeRequest } from './request/decode-request.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeStream, encodeStreamError } from './reply/encode-stream.ts';
import { referenceRules, storedRules } from './stored.ts';
import { INPUT_TOKENS, RESPONSES } from './wire.ts';

/** Servers differ in whether the case of a field matters, and in what they take for true. */
function answersLater(body: JsonObject): string | undefined {
  return Object.keys(body).find(
    (name) => name.toLowerCase() === 'background' && body[name] !== false && body[name] !== null,
  );
}

const CONVERSATION: ConversationRules = {
  ...listRules({ field: 'input', outputOf: ({ output }) => arrayOf(output) }),
  stored: storedRules,
  references: referenceRules,
};

const responsesEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/responses',
  wire: RESPONSES,
  models: MODEL_PLACES,
  summary: 'Answers a conversation.',
  keepsReply: ({ store }) => store !== false,
  keepsPart,
  answersLater,
  conversation: CONVERSATION,
  peek,
  decodeRequest,
  encodeReply,
  encodeStream,
  encodeStreamError,
};

const storedEndpoints: readonly StoredReplyEndpoint[] = [
  {
    operation: 'stored-reply',
    method: 'GET',
    path: '/v1/responses/:id',
    wire: RESPONSES,
    summary: 'Shows a response that the gateway keeps.',
    encode: ({ reply }) => reply,
  },
  {
    operation: 'stored-reply',
    method: 'DELETE',
    path: '/v1/responses/:id',
    wire: RESPONSES,
    summary: 'Removes a response that the gateway keeps.',
    encode: ({ id }) => ({ id, object: 'response', deleted: true }),
  },
];

const countEndpoint: CountTokensEndpoint = {
  operation: 'count-tokens',
  method: 'POST',
  path: '/v1/responses/input_tokens',
  wire: INPUT_TOKENS,
  models: MODEL_PLACES,
  summary: 'Counts the tokens of a prompt; a header admits an estimate.',
  conversation: CONVERSATION,
  decodeRequest,
  encodeCount: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
};

/** What clients of OpenAI's Responses API speak. */
export const openaiResponses = defineProtocol({
  name: RESPONSES,
  title: 'OpenAI Responses',
  endpoints: [responsesEndpoint, countEndpoint, ...storedEndpoints],
  clientHeaders: ['openai-'],
  client: responsesClient,
  encodeError,
  encodeLimits,
});

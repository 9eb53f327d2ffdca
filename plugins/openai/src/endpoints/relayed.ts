import type { KeepsPart, ModelPlaces } from '@dragoman/plugin';

/** What this API's servers understand besides the endpoints that the gateway decodes. */

/** Where requests name models besides `model`: fallbacks of OpenRouter and LiteLLM, and tools with a model of their own. */
const MODEL_FIELDS: readonly string[] = [
  'models[]',
  'fallbacks[]',
  'fallbacks[].model',
  'tools[].model',
  'plugins[].model',
  'plugins[].models[]',
];

/** Places with content and JSON schemas. */
const CONTENT_FIELDS: readonly string[] = [
  'messages',
  'input',
  'instructions',
  'documents',
  'metadata',
  'prediction',
  'prompt.variables',
  'functions[].parameters',
  'tools[].function.parameters',
  'tools[].parameters',
  'response_format.json_schema',
  'response_format.schema',
  'text.format',
  'guided_json',
  'structured_outputs.json',
];

export const MODEL_PLACES: ModelPlaces = { fields: MODEL_FIELDS, content: CONTENT_FIELDS };

/** Paths of OpenAI and of many compatible servers. */
export const STATELESS_PATHS: readonly string[] = [
  '/v1/audio/speech',
  '/v1/audio/transcriptions',
  '/v1/audio/translations',
  '/v1/images/edits',
  '/v1/images/generations',
  '/v1/images/variations',
  '/v1/moderations',
  '/v1/chat/moderations',
  '/v1/classify',
  '/v1/detokenize',
  '/v1/fim/completions',
  '/v1/ocr',
  '/v1/pooling',
  '/v1/rerank',
  '/v1/responses/compact',
  '/v1/score',
  '/v1/tokenize',
];

/**
 * Output items, conversations, containers and the files in them are kept with a response. Files of other prefixes can
 * come from a vector store that several keys search.
 */
export const keepsPart: KeepsPart = (field, id) =>
  field === 'id'
    ? /^[a-z]+_.{5}/.test(id)
    : field === 'container_id' || (field === 'file_id' && id.startsWith('cfile_'));

/** Requests for a response or a chat completion that OpenAI stores. */
export const KEPT_REPLIES: readonly string[] = [
  'GET /v1/responses/:id',
  'DELETE /v1/responses/:id',
  'POST /v1/responses/:id/cancel',
  'GET /v1/responses/:id/input_items',
  'GET /v1/chat/completions/:id',
  'POST /v1/chat/completions/:id',
  'DELETE /v1/chat/completions/:id',
  'GET /v1/chat/completions/:id/messages',
];

/** Batches, training, and runs of assistants: what they take is told later, if at all. */
export const RUNS_LATER: readonly string[] = [
  '/v1/batches',
  '/v1/evals',
  '/v1/fine_tuning',
  '/v1/threads',
  '/v1/videos',
];

/**
 * Headers of clients that are passed on. Those that choose an organization or a project are not, as the account is
 * the upstream's. A trailing dash makes a name a prefix.
 */
export const CLIENT_HEADERS: readonly string[] = ['openai-beta', 'x-stainless-'];

/** Headers of replies that clients may see: none that names the organization or the project. */
export const REPLY_HEADERS: readonly string[] = ['x-ratelimit-', 'openai-version', 'openai-processing-ms'];

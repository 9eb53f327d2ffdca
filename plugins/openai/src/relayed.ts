/** What this API's servers understand besides the endpoints that the gateway decodes. */

/** Where requests name models besides `model`: fallbacks of OpenRouter and LiteLLM, and tools with a model of their own. */
export const MODEL_FIELDS: readonly string[] = [
  'models[]',
  'fallbacks[]',
  'fallbacks[].model',
  'tools[].model',
  'plugins[].model',
  'plugins[].models[]',
];

/** Of OpenAI, and of what many compatible servers have besides. */
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
 * Headers of clients that go on. Not those that choose an organization or a project: the account is the upstream's.
 * A dash at the end stands for any rest.
 */
export const CLIENT_HEADERS: readonly string[] = ['openai-beta', 'x-stainless-'];

/** Ways to name another model than the one that a key may use: places, encodings and routes. */
import type { RawRequestInput } from '../support/raw-request.ts';

export const ALLOWED = 'cheap';
export const OTHER = 'big-model';

export interface Way extends RawRequestInput {
  readonly name: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface JsonRoute {
  readonly path: string;
  /** A request that is fine, without its model. */
  readonly fields: Fields;
}

const messages = [{ role: 'user', content: 'hi' }];

const JSON_ROUTES: readonly JsonRoute[] = [
  { path: '/v1/chat/completions', fields: { messages } },
  { path: '/v1/chat/completions', fields: { messages, stream: true } },
  { path: '/v1/completions', fields: { prompt: 'hi' } },
  { path: '/v1/embeddings', fields: { input: 'hi' } },
  { path: '/v1/responses', fields: { input: 'hi', store: false } },
  { path: '/v1/responses/input_tokens', fields: { input: 'hi' } },
  { path: '/v1/messages', fields: { messages, max_tokens: 5 } },
  { path: '/v1/messages/count_tokens', fields: { messages } },
];

const RELAYS: readonly JsonRoute[] = [
  { path: '/v1/images/generations', fields: { prompt: 'hi' } },
  { path: '/v1/audio/speech', fields: { input: 'hi', voice: 'a' } },
  { path: '/v1/moderations', fields: { input: 'hi' } },
  { path: '/v1/rerank', fields: { query: 'hi', documents: ['a'] } },
  { path: '/v1/batches', fields: { input_file_id: 'f' } },
  { path: '/v1/fine_tuning/jobs', fields: { training_file: 'f' } },
  { path: '/v1/evals/e/runs', fields: {} },
];

const contents = [{ parts: [{ text: 'hi' }] }];
const GEMINI_VERBS: readonly (readonly [string, Fields])[] = [
  ['generateContent', { contents }],
  ['streamGenerateContent', { contents }],
  ['countTokens', { contents }],
  ['embedContent', { content: contents[0] }],
  ['batchEmbedContents', { requests: [{ content: contents[0] }] }],
];

const JSON_TYPE = 'application/json';
const unicode = (text: string): string =>
  Array.from(text, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const percent = (text: string): string =>
  Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
const textOf = (fields: Fields): string => JSON.stringify(fields).slice(1, -1);

/** Fields that only some servers know. */
const UNKNOWN_FIELDS: readonly string[] = [
  { fallbacks: [OTHER] },
  { fallbacks: [{ [ALLOWED]: [OTHER] }] },
  { context_window_fallbacks: [{ [ALLOWED]: [OTHER] }] },
  { contentPolicyFallbacks: { [ALLOWED]: { last: [[OTHER]] } } },
  { fallback_models: [OTHER] },
  { extra_body: { model: OTHER } },
  { models: { a: OTHER } },
  { models: [[OTHER]] },
  { plugins: [{ id: 'x', config: { model: OTHER } }] },
  { user_config: { model_list: [{ litellm_params: { model: OTHER } }] } },
  { draft_model_name: OTHER },
  { tools: [{ type: 'function', function: { name: 'f', Model_Id: OTHER } }] },
].map(textOf);

/** Bodies whose model, for the gateway or for a careless server, is the other one. */
function bodiesOf(fields: Fields): readonly (readonly [string, string])[] {
  const rest = textOf(fields);
  const own = `"model":"${ALLOWED}"`;
  const wrap = (...parts: readonly string[]): string => `{${parts.filter(Boolean).join(',')}}`;
  return [
    ['in the body', wrap(`"model":"${OTHER}"`, rest)],
    ['first of two', wrap(`"model":"${OTHER}"`, rest, own)],
    ['last of two', wrap(own, rest, `"model":"${OTHER}"`)],
    ['with an escaped key', wrap(own, rest, `"${unicode('model')}":"${OTHER}"`)],
    ['with an escaped value', wrap(`"model":"${unicode(OTHER)}"`, rest)],
    ['in capitals', wrap(own, rest, `"Model":"${OTHER}"`)],
    ['in shouted capitals', wrap(`"MODEL":"${OTHER}"`, rest, own)],
    ['in a list of fallbacks', wrap(own, rest, `"models":["${ALLOWED}","${OTHER}"]`)],
    ['in an odd list', wrap(own, rest, `"Model\\u017f":["${OTHER}"]`)],
    ['in a twin of a list', wrap(own, `"models":["${OTHER}"]`, rest, '"models":[]')],
    ['in a fallback', wrap(own, rest, `"fallbacks":[{"model":"${OTHER}"}],"route":"fallback"`)],
    ...UNKNOWN_FIELDS.map((field): [string, string] => [`in ${field}`, wrap(own, rest, field)]),
    ['in a tool', wrap(own, rest, `"tools":[{"type":"image_generation","model":"${OTHER}"}]`)],
    ['as an object', wrap(`"model":{"id":"${OTHER}"}`, rest)],
    ['as a list', wrap(`"model":["${OTHER}"]`, rest)],
    ['with the upstream in front', wrap(`"model":"oai/${OTHER}"`, rest)],
    ['with the provider in front', wrap(`"model":"openai/${OTHER}"`, rest)],
    ['behind dots', wrap(`"model":"${ALLOWED}/../${OTHER}"`, rest)],
  ];
}

const QUERIES: readonly (readonly [string, string])[] = [
  ['a query', `model=${OTHER}`],
  ['a query of two', `model=${ALLOWED}&model=${OTHER}`],
  ['an encoded query', `${percent('model')}=${OTHER}`],
  ['a query in capitals', `Model=${OTHER}`],
  ['a query behind a semicolon', `a=1;model=${OTHER}`],
  ['a list in a query', `models[]=${OTHER}`],
  ['a fallback in a query', `fallback_model=${OTHER}`],
];

function jsonWays({ path, fields }: JsonRoute): readonly Way[] {
  const headers = { 'content-type': JSON_TYPE };
  const stream = fields['stream'] === true ? ' (stream)' : '';
  const own = JSON.stringify({ model: ALLOWED, ...fields });
  return [
    ...bodiesOf(fields).map(([place, body]) => ({ name: `${path}${stream} ${place}`, path, headers, body })),
    ...QUERIES.map(([place, query]) => ({
      name: `${path}${stream} ${place}`,
      path: `${path}?${query}`,
      headers,
      body: own,
    })),
  ];
}

const TYPES = [
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/xml',
];

/** Bodies under the wrong content type, beside a query that is allowed. */
function disguises({ path, fields }: JsonRoute): readonly Way[] {
  const other = JSON.stringify({ model: OTHER, ...fields });
  const allowed = `${path}?model=${ALLOWED}`;
  return [
    ...TYPES.flatMap((type) => [
      { name: `${path} as ${type}`, path: allowed, headers: { 'content-type': type }, body: other },
      { name: `${path} as ${type}, alone`, path, headers: { 'content-type': type }, body: other },
    ]),
    { name: `${path} without a type`, path: allowed, body: other },
    { name: `${path} as lines`, path: allowed, body: `${other}\n${other}` },
    { name: `${path} as UTF-16`, path: allowed, body: Buffer.from(other, 'utf16le') },
    {
      name: `${path} nested`,
      path,
      headers: { 'content-type': JSON_TYPE },
      body: JSON.stringify({ model: ALLOWED, ...fields, data_source: { sampling: { model: OTHER } } }),
    },
    {
      name: `${path} urlencoded`,
      path: allowed,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `prompt=hi&${percent('model')}=${OTHER}`,
    },
  ];
}

const part = (disposition: string, value: string): string =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
const own = part('name="model"', ALLOWED);
const filler = part('name="file"; filename="a.wav"', 'x'.repeat(200_000));

const FORMS: readonly (readonly [string, string])[] = [
  ['alone', part('name="model"', OTHER)],
  ['first', part('name="model"', OTHER) + own],
  ['second', own + part('name="model"', OTHER)],
  ['late', own + filler + part('name="model"', OTHER)],
  ['as a file', own + part('name="model"; filename="m"', OTHER)],
  ['without quotes', own + part('name=model', OTHER)],
  ['escaped', own + part('name="mod\\el"', OTHER)],
  ['percent-encoded', own + part('name="mod%65l"', OTHER)],
  ['extended', own + part("name*=utf-8''model", OTHER)],
  ['in capitals', own + part('name="MODEL"', OTHER)],
  ['in a list', own + part('name="models[]"', OTHER)],
  ['in a fallback', own + part('name="fallbacks"', OTHER)],
  ['in JSON', own + part('name="extra_body"', `{"model":"${OTHER}"}`)],
  ['in a list of JSON', own + part('name="extra"', ` [{"fallbacks":["${OTHER}"]}]`)],
  ['folded', own + part('name="x";\r\n name="model"', OTHER)],
  ['in base64', own + part('name="x"\r\nContent-Transfer-Encoding: base64', OTHER)],
  [
    'behind a bare line end',
    own + part('name="x"', `a\n--b\nContent-Disposition: form-data; name="model"\n\n${OTHER}`),
  ],
  ['in front of the form', part('name="model"', OTHER).replace('--b', '') + own],
];

function formWays(path: string): readonly Way[] {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  return [
    ...FORMS.map(([place, parts]) => ({
      name: `${path} form, ${place}`,
      path,
      headers,
      body: `${parts}--b--\r\n`,
    })),
    {
      name: `${path} form, behind the end`,
      path,
      headers,
      body: `${own}--b--\r\n${part('name="model"', OTHER)}`,
    },
    {
      name: `${path} form, of another boundary`,
      path,
      headers: { 'content-type': 'multipart/form-data; boundary=b; boundary=c' },
      body: `${own}--b--\r\n--c\r\nContent-Disposition: form-data; name="model"\r\n\r\n${OTHER}\r\n--c--\r\n`,
    },
    { name: `${path} form and query`, path: `${path}?model=${OTHER}`, headers, body: `${own}--b--\r\n` },
  ];
}

function geminiWays([verb, fields]: readonly [string, Fields]): readonly Way[] {
  const headers = { 'content-type': JSON_TYPE };
  const at = (model: string): string => `/v1beta/models/${model}:${verb}`;
  const paths = [
    OTHER,
    `gem%2F${OTHER}`,
    `${ALLOWED}/../${OTHER}`,
    `${ALLOWED}%2f..%2f${OTHER}`,
    `${ALLOWED}/%2e%2e/${OTHER}`,
    `${ALLOWED}/%252e%252e/${OTHER}`,
    `${ALLOWED}/..;/${OTHER}`,
    `..%2fmodels%2f${OTHER}`,
    percent(OTHER),
  ];
  const bodies = [
    { ...fields, model: `models/${OTHER}` },
    { ...fields, Model: OTHER },
    { ...fields, generateContentRequest: { contents, model: `models/${OTHER}` } },
    { ...fields, generate_content_request: { contents, model: `models/${OTHER}` } },
    { ...fields, requests: [{ content: contents[0], model: `models/${OTHER}` }] },
    { ...fields, tools: [{ model: OTHER }] },
    { ...fields, generationConfig: { routingConfig: { manualMode: { modelName: OTHER } } } },
    { ...fields, requests: [{ content: contents[0], fallbacks: [OTHER] }] },
  ];
  return [
    ...paths.map((path) => ({ name: at(path), path: at(path), headers, body: JSON.stringify(fields) })),
    ...bodies.map((body) => ({
      name: `${verb} ${JSON.stringify(body)}`,
      path: at(ALLOWED),
      headers,
      body: JSON.stringify(body),
    })),
    ...QUERIES.map(([place, query]) => ({
      name: `${verb} ${place}`,
      path: `${at(ALLOWED)}?${query}`,
      headers,
      body: JSON.stringify(fields),
    })),
  ];
}

const PATHS: readonly Way[] = [
  `/v1/engines/${OTHER}/completions`,
  `/v1/models/${OTHER}`,
  `/v1/deployments/${OTHER}/chat/completions?model=${ALLOWED}`,
  `/v1/images/generations/../../engines/${OTHER}?model=${ALLOWED}`,
  `/v1/files?model=${ALLOWED}&purpose=${OTHER}`,
].flatMap((path) => ['POST', 'GET'].map((method) => ({ name: `${method} ${path}`, method, path })));

export const WAYS: readonly Way[] = [
  ...JSON_ROUTES.flatMap(jsonWays),
  ...RELAYS.flatMap((route) => [...jsonWays(route), ...disguises(route)]),
  ...['/v1/audio/transcriptions', '/v1/images/edits', '/v1/files'].flatMap(formWays),
  ...GEMINI_VERBS.flatMap(geminiWays),
  ...PATHS,
];

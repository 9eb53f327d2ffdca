import {
  defined,
  type GetModelEndpoint,
  type HeaderMap,
  invalidField,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ListModelsEndpoint,
  type Model,
  type RequestInput,
} from '@dragoman/plugin';
import { arrayOf, VERSIONS } from './wire.ts';

const WIRE = 'gemini-models';
const DEFAULT_SIZE = 50;
const LARGEST_SIZE = 1000;

/** At `/v1/models` all protocols meet; only Gemini's clients send this header. */
const acceptsOf = (version: string) =>
  version === 'v1' ? { accepts: (headers: HeaderMap) => headers['x-goog-api-key'] !== undefined } : {};

export const modelEndpoints: readonly (ListModelsEndpoint | GetModelEndpoint)[] = VERSIONS.flatMap(
  (version) => [
    {
      operation: 'list-models',
      method: 'GET',
      path: `/${version}/models`,
      wire: WIRE,
      summary: 'Lists the models that the key may use, page by page.',
      ...acceptsOf(version),
      encodeModels,
    },
    {
      operation: 'get-model',
      method: 'GET',
      path: `/${version}/models/*model`,
      parameter: 'model',
      wire: WIRE,
      summary: 'Shows one model.',
      ...acceptsOf(version),
      encodeModel,
    },
  ],
);

/** A page begins behind the model that its token names. */
function encodeModels(models: readonly Model[], { query }: RequestInput): JsonObject {
  const size = Number(query.get('pageSize') ?? DEFAULT_SIZE);
  if (!Number.isInteger(size) || size < 1) throw invalidField('pageSize', 'must be an integer of at least 1');
  const token = query.get('pageToken') ?? '';
  const after = Buffer.from(token, 'base64url').toString('utf8');
  const start = token === '' ? 0 : models.findIndex(({ id }) => id === after) + 1;
  const page = models.slice(start, start + Math.min(size, LARGEST_SIZE));
  const hasMore = start + page.length < models.length;
  const last = page.at(-1)?.id ?? '';
  return {
    models: page.map(encodeModel),
    ...(hasMore && { nextPageToken: Buffer.from(last).toString('base64url') }),
  };
}

function encodeModel({ id, displayName = id, contextWindow, maxOutput }: Model): JsonObject {
  return defined({
    name: `models/${id}`,
    version: '001',
    displayName,
    inputTokenLimit: contextWindow,
    outputTokenLimit: maxOutput,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  });
}

/** Reads a page of what an upstream serves. */
export function decodeModels(body: JsonValue): {
  readonly models: readonly Model[];
  readonly nextPageToken: string | undefined;
} {
  const page = isJsonObject(body) ? body : {};
  const models = arrayOf(page['models'])
    .filter(isJsonObject)
    .flatMap(({ name, displayName, inputTokenLimit, outputTokenLimit }) => {
      if (typeof name !== 'string') return [];
      return [
        defined({
          id: name.replace(/^models\//, ''),
          owner: 'google',
          displayName: typeof displayName === 'string' ? displayName : undefined,
          contextWindow: typeof inputTokenLimit === 'number' ? inputTokenLimit : undefined,
          maxOutput: typeof outputTokenLimit === 'number' ? outputTokenLimit : undefined,
        }),
      ];
    });
  const token = page['nextPageToken'];
  return { models, nextPageToken: typeof token === 'string' && token !== '' ? token : undefined };
}

import {
  type GetModelEndpoint,
  type HeaderMap,
  invalidField,
  type JsonObject,
  type ListModelsEndpoint,
  type Model,
  type RequestInput,
} from '@dragoman/plugin';

const WIRE = 'anthropic-models';
const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 1000;

/** OpenAI's clients ask at the same path; only Anthropic's send this header. */
const accepts = (headers: HeaderMap): boolean => headers['anthropic-version'] !== undefined;

export const listModelsEndpoint: ListModelsEndpoint = {
  operation: 'list-models',
  method: 'GET',
  path: '/v1/models',
  wire: WIRE,
  summary: 'Lists the models that the key may use, page by page.',
  accepts,
  encodeModels,
};

export const getModelEndpoint: GetModelEndpoint = {
  operation: 'get-model',
  method: 'GET',
  path: '/v1/models/*model',
  parameter: 'model',
  wire: WIRE,
  summary: 'Shows one model.',
  accepts,
  encodeModel,
};

function encodeModels(models: readonly Model[], { query }: RequestInput): JsonObject {
  const page = pageOf(models, query);
  return {
    data: page.models.map(encodeModel),
    has_more: page.hasMore,
    first_id: page.models[0]?.id ?? null,
    last_id: page.models.at(-1)?.id ?? null,
  };
}

interface Page {
  readonly models: readonly Model[];
  readonly hasMore: boolean;
}

function pageOf(models: readonly Model[], query: URLSearchParams): Page {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw invalidField('limit', `must be an integer from 1 to ${LARGEST_LIMIT}`);
  }
  const before = query.get('before_id');
  if (before !== null) {
    const end = models.findIndex(({ id }) => id === before);
    const start = Math.max(0, end - limit);
    return { models: models.slice(start, Math.max(0, end)), hasMore: start > 0 };
  }
  const start = models.findIndex(({ id }) => id === query.get('after_id')) + 1;
  return { models: models.slice(start, start + limit), hasMore: start + limit < models.length };
}

function encodeModel({ id, displayName = id, created = 0 }: Model): JsonObject {
  return { type: 'model', id, display_name: displayName, created_at: new Date(created * 1000).toISOString() };
}

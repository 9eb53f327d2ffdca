import {
  defined,
  GatewayError,
  type GetModelEndpoint,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ListModelsEndpoint,
  type Model,
} from '@dragoman/plugin';

const WIRE = 'openai-models';

export const listModelsEndpoint: ListModelsEndpoint = {
  operation: 'list-models',
  method: 'GET',
  path: '/v1/models',
  wire: WIRE,
  summary: 'Lists the models that the key may use.',
  encodeModels: (models) => ({ object: 'list', data: models.map(encodeModel) }),
};

/** Ids of models may hold slashes. */
export const getModelEndpoint: GetModelEndpoint = {
  operation: 'get-model',
  method: 'GET',
  path: '/v1/models/*model',
  parameter: 'model',
  wire: WIRE,
  summary: 'Shows one model.',
  encodeModel,
};

function encodeModel({ id, created = 0, owner = 'dragoman' }: Model): JsonObject {
  return { id, object: 'model', created, owned_by: owner };
}

/** Reads an upstream's list: OpenAI's `data`, Ollama's and others' `models`, or a bare array. */
export function decodeModels(body: JsonValue): readonly Model[] {
  const rows = isJsonObject(body) ? (body['data'] ?? body['models']) : body;
  if (!Array.isArray(rows))
    throw new GatewayError('upstream-broken', 'The upstream returned no list of models.');
  return (rows as readonly JsonValue[]).flatMap((row) => {
    const fields = isJsonObject(row) ? row : { id: row };
    const id = fields['id'] ?? fields['name'] ?? fields['model'];
    if (typeof id !== 'string' || id === '') return [];
    const { created, owned_by: owner, max_model_len: contextWindow } = fields;
    return [
      defined({
        id,
        created: typeof created === 'number' ? created : undefined,
        owner: typeof owner === 'string' ? owner : undefined,
        contextWindow: typeof contextWindow === 'number' ? contextWindow : undefined,
      }),
    ];
  });
}

import {
  defined,
  type EmbedEndpoint,
  type EmbedReply,
  type EmbedRequest,
  type EncodedRequest,
  FieldReader,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type RequestInput,
} from '@dragoman/plugin';
import { camelCased } from './request/camel-case.ts';
import { modelOf } from './request/decode-request.ts';
import { extensionsOf } from './extensions.ts';
import { arrayOf, GEMINI, MODEL_PLACES, modelPath, VERSIONS } from './wire.ts';

export const embedEndpoints: readonly EmbedEndpoint[] = VERSIONS.flatMap((version) => [
  {
    operation: 'embed',
    method: 'POST',
    path: `/${version}/models/{*model}\\:embedContent`,
    wire: 'gemini-embed',
    models: MODEL_PLACES,
    summary: 'Turns a text into a vector.',
    decodeRequest: (input) => decodeTexts(input, [new FieldReader(camelCased(input.body))]),
    encodeReply: ({ vectors }) => ({ embedding: { values: vectors[0] ?? [] } }),
  },
  {
    operation: 'embed',
    method: 'POST',
    path: `/${version}/models/{*model}\\:batchEmbedContents`,
    wire: 'gemini-embed',
    models: MODEL_PLACES,
    summary: 'Turns texts into vectors.',
    decodeRequest: (input) => decodeTexts(input, new FieldReader(camelCased(input.body)).readers('requests')),
    encodeReply: ({ vectors }) => ({ embeddings: vectors.map((values) => ({ values })) }),
  },
]);

function decodeTexts(input: RequestInput, requests: readonly FieldReader[]): EmbedRequest {
  if (requests.length === 0)
    throw new FieldReader(input.body).invalid('requests', 'must hold at least one request');
  const inputs = requests.map((request) =>
    request
      .reader('content')
      .readers('parts')
      .map((part) => part.string('text'))
      .join('\n'),
  );
  const [first] = requests;
  const dimensions = first?.optionalInteger('outputDimensionality', 1);
  first?.value('model');
  return defined({
    protocol: GEMINI,
    model: modelOf(input),
    inputs,
    dimensions,
    extensions: first && extensionsOf(first),
  });
}

/** Encodes `batchEmbedContents`. */
export function encodeEmbedRequest({ model, inputs, dimensions, extensions }: EmbedRequest): EncodedRequest {
  const requests = inputs.map((text) => {
    if (typeof text === 'string') {
      const content = { parts: [{ text }] };
      const kept = extensions?.[GEMINI];
      return defined({ ...kept, model: `models/${model}`, content, outputDimensionality: dimensions });
    }
    const message = "The model's upstream takes texts only, not tokens.";
    throw new GatewayError('invalid', message, { field: 'input' });
  });
  return { path: modelPath(model, 'batchEmbedContents'), body: { requests } };
}

/** The API counts nothing; four letters make a token, about. */
export function decodeEmbedReply(body: JsonObject, { model, inputs }: EmbedRequest): EmbedReply {
  const vectors = arrayOf(body['embeddings']).map((embedding) =>
    isJsonObject(embedding) ? arrayOf(embedding['values']).filter((value) => typeof value === 'number') : [],
  );
  if (vectors.length !== inputs.length || vectors.some(({ length }) => length === 0))
    throw new GatewayError('upstream-broken', 'The upstream did not answer with a vector for each input.');
  const letters = inputs.reduce((sum, { length }) => sum + length, 0);
  return { model, vectors, usage: { input: Math.ceil(letters / 4), output: 0, estimated: true } };
}

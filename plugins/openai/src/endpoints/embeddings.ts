import {
  defined,
  type EmbedEndpoint,
  type EmbedReply,
  type EmbedRequest,
  FieldReader,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type RequestInput,
} from '@dragoman/plugin';
import { extensionsOf } from '../chat/extensions.ts';
import { MODEL_PLACES } from './relayed.ts';
import { decodeUsage } from '../chat/usage.ts';
import { decodeModel } from '../common/decode-options.ts';
import { arrayOf } from '../common/values.ts';
import { OPENAI_CHAT, OPENAI_EMBEDDINGS } from '../chat/wire.ts';

export const embeddingsEndpoint: EmbedEndpoint = {
  operation: 'embed',
  method: 'POST',
  path: '/v1/embeddings',
  wire: OPENAI_EMBEDDINGS,
  models: MODEL_PLACES,
  summary: 'Turns texts into vectors.',
  decodeRequest,
  encodeReply,
};

function decodeRequest({ body }: RequestInput): EmbedRequest {
  const fields = new FieldReader(body);
  fields.optionalOneOf('encoding_format', ['float', 'base64']);
  return defined({
    protocol: OPENAI_CHAT,
    model: decodeModel(fields),
    inputs: decodeInputs(fields),
    dimensions: fields.optionalInteger('dimensions', 1),
    user: fields.optionalString('user'),
    extensions: extensionsOf(fields),
  });
}

/** A text, texts, the tokens of one input, or the tokens of several. */
function decodeInputs(fields: FieldReader): EmbedRequest['inputs'] {
  const input = fields.value('input');
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0) {
    throw fields.invalid('input', 'must be a string or an array that is not empty');
  }
  if (isTokens(input)) return [input];
  const entries = fields.optionalArray('input') ?? [];
  return entries.map((entry, at) => {
    if (typeof entry === 'string') return entry;
    if (Array.isArray(entry) && isTokens(entry)) return entry;
    throw fields.invalid(`input[${at}]`, 'must be a string or an array of token numbers');
  });
}

function isTokens(values: readonly unknown[]): values is readonly number[] {
  return values.length > 0 && values.every(Number.isInteger);
}

/** `base64` is what OpenAI's own SDK asks for: little-endian floats of 32 bits. */
function encodeReply({ model, vectors, usage }: EmbedReply, { body }: RequestInput): JsonObject {
  const encode = body['encoding_format'] === 'base64' ? toBase64 : (vector: readonly number[]) => vector;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model,
    usage: { prompt_tokens: usage.input, total_tokens: usage.input },
  };
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

/** The body of `POST /embeddings` of an upstream. */
export function encodeEmbedRequest({
  model,
  inputs,
  dimensions,
  user,
  extensions,
}: EmbedRequest): JsonObject {
  const [first] = inputs;
  const input = inputs.length === 1 && typeof first === 'string' ? first : inputs;
  return defined({ ...extensions?.[OPENAI_CHAT], model, input, dimensions, user, encoding_format: 'float' });
}

/** Reads an upstream's vectors, in the order of the inputs. */
export function decodeEmbedReply(body: JsonObject, { model, inputs }: EmbedRequest): EmbedReply {
  const rows = arrayOf(body['data']).filter(isJsonObject);
  const ordered = rows.toSorted((a, b) => Number(a['index'] ?? 0) - Number(b['index'] ?? 0));
  if (rows.length !== inputs.length) {
    throw new GatewayError(
      'upstream-broken',
      `The upstream made ${rows.length} vectors of ${inputs.length} inputs.`,
    );
  }
  return {
    model: typeof body['model'] === 'string' ? body['model'] : model,
    vectors: ordered.map(({ embedding }) => decodeVector(embedding)),
    usage: decodeUsage(body['usage']) ?? { input: 0, output: 0 },
  };
}

function decodeVector(embedding: JsonValue | undefined): readonly number[] {
  if (Array.isArray(embedding)) return embedding as readonly number[];
  const bytes = Buffer.from(typeof embedding === 'string' ? embedding : '', 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(at * 4));
}

import { type EmbedRequest, GatewayError, type JsonObject, type RequestInput } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../test/client.ts';
import { decodeEmbedReply, embeddingsEndpoint, encodeEmbedRequest } from './embeddings.ts';

const embedInput = (body: JsonObject): RequestInput => inputOf({ model: 'm', input: 'a', ...body });
const decode = (body: JsonObject): EmbedRequest => embeddingsEndpoint.decodeRequest(embedInput(body));

describe('a request for embeddings', () => {
  it.each<[JsonObject['input'], EmbedRequest['inputs']]>([
    ['a', ['a']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[1, 2], [[1, 2]]],
    [
      [[1], [2, 3]],
      [[1], [2, 3]],
    ],
  ])('takes %j', (input, inputs) => expect(decode({ input }).inputs).toEqual(inputs));

  it.each<[string, JsonObject]>([
    ['model', { model: '' }],
    ['input', { input: null }],
    ['input', { input: [] }],
    ['input[1]', { input: ['a', 5] }],
    ['input[0]', { input: [1.5] }],
    ['input[0]', { input: [[]] }],
    ['dimensions', { dimensions: 0 }],
    ['encoding_format', { encoding_format: 'hex' }],
  ])('is refused by the name of %s', (field, body) => {
    const refuse = (): EmbedRequest => decode(body);
    expect(refuse).toThrow(GatewayError);
    expect(refuse).toThrow(field);
  });

  it('asks the upstream for numbers, and keeps what it does not know', () => {
    const request = decode({
      input: ['a'],
      dimensions: 2,
      user: 'u',
      encoding_format: 'base64',
      task: 'query',
    });
    expect(encodeEmbedRequest(request)).toEqual({
      model: 'm',
      input: 'a',
      dimensions: 2,
      user: 'u',
      task: 'query',
      encoding_format: 'float',
    });
    expect(encodeEmbedRequest(decode({ input: [[1, 2]] }))['input']).toEqual([[1, 2]]);
  });
});

describe('embeddings', () => {
  const usage = { prompt_tokens: 4, total_tokens: 4 };

  it('come in the order of the inputs, as numbers or in base64', () => {
    const base64 = Buffer.from(Float32Array.of(0.5, -2).buffer).toString('base64');
    const data = [
      { index: 1, embedding: base64 },
      { index: 0, embedding: [1, 2] },
    ];
    expect(decodeEmbedReply({ data, model: 'real', usage }, decode({ input: ['a', 'b'] }))).toEqual({
      model: 'real',
      vectors: [
        [1, 2],
        [0.5, -2],
      ],
      usage: { input: 4, output: 0 },
    });
  });

  it('that are too few are a fault of the upstream', () => {
    expect(() => decodeEmbedReply({ data: [] }, decode({}))).toThrow(GatewayError);
  });

  it('go to the client in the format that it asked for', () => {
    const reply = { model: 'm', vectors: [[0.5, -2]], usage: { input: 4, output: 0 } };
    expect(embeddingsEndpoint.encodeReply(reply, embedInput({}))).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -2] }],
      model: 'm',
      usage,
    });
  });

  it('survive base64 as floats of 32 bits', () => {
    const vectors = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(vectors, (vector) => {
        const reply = { model: 'm', vectors: [vector], usage: { input: 0, output: 0 } };
        const body = embeddingsEndpoint.encodeReply(reply, embedInput({ encoding_format: 'base64' }));
        expect(decodeEmbedReply(body, decode({})).vectors).toEqual([vector]);
      }),
    );
  });
});

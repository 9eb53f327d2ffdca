import { GatewayError, type JsonValue } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../test/client.ts';
import { decodeModels, getModelEndpoint, listModelsEndpoint } from './models.ts';

const input = inputOf({});

describe('models of an upstream', () => {
  it.each<[string, JsonValue]>([
    ['OpenAI', { object: 'list', data: [{ id: 'a' }, { id: 'b' }] }],
    ['a bare array', [{ id: 'a' }, { id: 'b' }]],
    ['names alone', ['a', 'b']],
    ['another field', { models: [{ name: 'a' }, { model: 'b' }] }],
    ['rows without a name between them', { data: [{ id: 'a' }, {}, null, 7, { id: '' }, { id: 'b' }] }],
  ])('are read as %s lists them', (_name, body) => {
    expect(decodeModels(body).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('keep what is told of them', () => {
    const row = { id: 'a', created: 5, owned_by: 'me', max_model_len: 4096 };
    expect(decodeModels([row])).toEqual([{ id: 'a', created: 5, owner: 'me', contextWindow: 4096 }]);
  });

  it.each([null, {}, 'x', { data: {} }])('that are no list are a fault of the upstream: %j', (body) => {
    expect(() => decodeModels(body)).toThrow(GatewayError);
  });
});

describe('models for a client', () => {
  const model = { id: 'openai/gpt-a', object: 'model', created: 5, owned_by: 'me' };

  it('have all fields that SDKs read', () => {
    const models = [{ id: 'openai/gpt-a', created: 5, owner: 'me' }, { id: 'b' }];
    const data = [model, { id: 'b', object: 'model', created: 0, owned_by: 'dragoman' }];
    expect(listModelsEndpoint.encodeModels(models, input)).toEqual({ object: 'list', data });
    expect(getModelEndpoint.encodeModel({ id: 'openai/gpt-a', created: 5, owner: 'me' }, input)).toEqual(
      model,
    );
  });
});

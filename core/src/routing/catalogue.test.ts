import { describe, expect, it } from 'vitest';
import { upstreamSchema } from '../config/upstream.ts';
import type { StoredKey } from '../state/state.ts';
import { createCatalogue } from './catalogue.ts';
import { createModelList } from './model-list.ts';
import type { Upstream, Upstreams } from './upstream.ts';

function upstream(id: string, provider: string, models: readonly string[], enabled = true): Upstream {
  const config = upstreamSchema.parse({ id, provider, enabled, models: { list: models } });
  return { config, origin: 'file', type: { name: provider }, provider: {} } as unknown as Upstream;
}

function catalogueOf(...all: Upstream[]) {
  const upstreams = {
    all: () => all,
    list: ({ config }) => createModelList({ config, now: () => 0 }),
  } satisfies Partial<Upstreams> as unknown as Upstreams;
  return createCatalogue(upstreams);
}

const names = (candidates: readonly { upstream: Upstream; model: string }[]) =>
  candidates.map(({ upstream: { config }, model }) => `${config.id}:${model}`).toSorted();

const key = (limits: Partial<StoredKey>): StoredKey => ({
  ...{ id: 'k', name: 'k', prefix: 'p', hash: 'h', enabled: true, createdAt: '2026-01-01T00:00:00Z' },
  ...limits,
});

const catalogue = catalogueOf(
  upstream('qwen1', 'qwen', ['turbo', 'plus']),
  upstream('qwen2', 'qwen', ['turbo']),
  upstream('hub', 'openai', ['turbo', 'meta/llama']),
  upstream('off', 'openai', ['turbo'], false),
);

describe('a model name', () => {
  it.each([
    ['qwen1/turbo', ['qwen1:turbo']],
    ['qwen/turbo', ['qwen1:turbo', 'qwen2:turbo']],
    ['turbo', ['hub:turbo', 'qwen1:turbo', 'qwen2:turbo']],
    ['meta/llama', ['hub:meta/llama']],
    ['hub/meta/llama', ['hub:meta/llama']],
    ['qwen1/not-listed', ['qwen1:not-listed']],
  ])('%s reaches %s', async (name, expected) => {
    expect(names(await catalogue.resolve(name, undefined))).toEqual(expected);
  });

  it.each(['nothing', 'off/turbo', 'qwen/nothing', '', '/', '__proto__'])('%j is not found', async (name) => {
    await expect(catalogue.resolve(name, undefined)).rejects.toMatchObject({
      kind: 'not-found',
      details: { field: 'model', code: 'model_not_found' },
    });
  });

  it('starts at another upstream each time', async () => {
    const first = new Set<string | undefined>();
    for (let i = 0; i < 3; i++)
      first.add((await catalogue.resolve('turbo', undefined))[0]?.upstream.config.id);
    expect(first.size).toBe(3);
  });
});

describe('a limited key', () => {
  it('reaches only its upstreams', async () => {
    expect(names(await catalogue.resolve('turbo', key({ upstreams: ['qwen2'] })))).toEqual(['qwen2:turbo']);
  });

  it('may use only its models, by any of their names', async () => {
    const limited = key({ models: ['qwen1/*', 'meta/llama'] });
    expect(names(await catalogue.resolve('turbo', limited))).toEqual(['qwen1:turbo']);
    expect(names(await catalogue.resolve('hub/meta/llama', limited))).toEqual(['hub:meta/llama']);
    await expect(catalogue.resolve('qwen2/turbo', limited)).rejects.toMatchObject({ kind: 'permission' });
  });

  it('sees only what it may use', async () => {
    const seen = await catalogue.models(key({ models: ['plus'] }));
    expect(seen).toEqual([{ id: 'plus', upstreams: ['qwen1'] }]);
  });
});

describe('a renamed model', () => {
  const config = upstreamSchema.parse({
    ...{ id: 'up', provider: 'openai' },
    models: { list: ['real'], rename: { alias: 'real', gone: 'not-served' } },
  });
  const up = { config, origin: 'file', type: { name: 'openai' }, provider: {} } as unknown as Upstream;

  it('is asked for by its own name, reached by both, and listed under both', async () => {
    const renaming = catalogueOf(up);
    for (const name of ['alias', 'real', 'up/alias', 'openai/alias']) {
      expect(names(await renaming.resolve(name, undefined))).toEqual(['up:real']);
    }
    await expect(renaming.resolve('gone', undefined)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await renaming.models(undefined)).map(({ id }) => id)).toEqual(['real', 'alias']);
  });
});

describe('the list of models', () => {
  it('has each model once, with all of its upstreams', async () => {
    const turbo = (await catalogue.models(undefined)).find(({ id }) => id === 'turbo');
    expect(turbo?.upstreams).toEqual(['qwen1', 'qwen2', 'hub']);
  });
});

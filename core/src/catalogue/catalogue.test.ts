import { describe, expect, it } from 'vitest';
import { upstreamSchema } from '../config/upstream.ts';
import type { StoredKey } from '../state/state.ts';
import { createCatalogue } from './catalogue.ts';
import { type AliasInput, aliasSchema, routingSchema } from '../config/routing.ts';
import { createHealthBoard } from '../upstreams/health.ts';
import { createModelList } from '../upstreams/model-list.ts';
import type { Route } from './route.ts';
import type { Upstream, Upstreams } from '../upstreams/upstream.ts';

function upstream(id: string, provider: string, models: readonly string[], enabled = true): Upstream {
  const config = upstreamSchema.parse({ id, provider, enabled, models: { list: models } });
  return { config, origin: 'file', type: { name: provider }, provider: {} } as unknown as Upstream;
}

function catalogueOf(...all: Upstream[]) {
  return catalogueWith([], ...all);
}

function catalogueWith(inputs: readonly AliasInput[], ...all: Upstream[]) {
  const aliases = inputs.map((input) => aliasSchema.parse(input));
  const upstreams = {
    all: () => all,
    revision: () => 0,
    list: ({ config }) => createModelList({ config, now: () => 0 }),
  } satisfies Partial<Upstreams> as unknown as Upstreams;
  const routing = routingSchema.parse({});
  const health = createHealthBoard(() => routing.breaker);
  return createCatalogue({ upstreams, health, aliases: () => aliases, routing: () => routing });
}

const names = ({ candidates }: Route) =>
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

  it.each(['nothing', 'off/turbo', 'qwen/nothing', '', '__proto__'])('%j is not found', async (name) => {
    await expect(catalogue.resolve(name, undefined)).rejects.toMatchObject({
      kind: 'not-found',
      details: { field: 'model', code: 'model_not_found' },
    });
  });

  it.each(['/', 'qwen1/../x', 'qwen1/a/%2e%2e/b', 'qwen1/a//b', 'qwen1/a\0', 'up/..;/x'])(
    '%j is refused: it would be another one in a path',
    async (name) => {
      await expect(catalogue.resolve(name, undefined)).rejects.toMatchObject({
        kind: 'invalid',
        details: { field: 'model', code: 'model_name_invalid' },
      });
    },
  );
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

describe('an alias', () => {
  const ups = [upstream('one', 'openai', ['a', 'b']), upstream('two', 'openai', ['b', 'c'])];
  const aliased = catalogueWith(
    [
      {
        name: 'fast',
        candidates: [{ upstream: 'two', model: 'c', weight: 3 }, { model: 'b' }],
        policy: 'order',
      },
      { name: 'a', candidates: [{ upstream: 'two', model: 'b', priority: 5 }], thread: { memory: true } },
      { name: 'mine-*', candidates: [{ model: '*' }] },
      { name: '/^(\\w+)@(one|two)$/', candidates: [{ model: '$2/$1' }] },
      { name: 'off', enabled: false, candidates: [{ model: 'a' }] },
      { name: 'gone', candidates: [{ model: 'nowhere' }] },
      { name: '*', candidates: [{ upstream: 'one', model: 'a' }] },
    ],
    ...ups,
  );
  const resolve = (name: string) => aliased.resolve(name, undefined);

  it.each([
    ['fast', ['one:b', 'two:b', 'two:c']],
    ['a', ['two:b']],
    ['mine-c', ['two:c']],
    ['b@two', ['two:b']],
    ['off', ['one:a']],
    ['anything', ['one:a']],
    // Who names an upstream means it.
    ['one/b', ['one:b']],
  ])('%s reaches %s', async (name, expected) => {
    expect(names(await resolve(name))).toEqual(expected);
  });

  it('brings its own policy, weights and settings', async () => {
    const { policy, candidates } = await resolve('fast');
    expect(policy).toBe('order');
    expect(candidates.map(({ weight }) => weight)).toEqual([3, 1, 1]);
    expect((await resolve('a')).candidates[0]?.priority).toBe(5);
    expect([aliased.keepsThreads('a'), aliased.keepsThreads('fast')]).toEqual([true, false]);
  });

  it('without anybody to ask is not found', async () => {
    await expect(resolve('gone')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('is listed, with all that serve it, but a pattern is not', async () => {
    const listed = await aliased.models(undefined);
    expect(listed.map(({ id }) => id)).toEqual(['fast', 'a', 'b', 'c']);
    expect(listed[0]?.upstreams).toEqual(['two', 'one']);
  });

  it('may be all that a key may use', async () => {
    const limited = key({ models: ['fast'] });
    expect(names(await aliased.resolve('fast', limited))).toHaveLength(3);
    await expect(aliased.resolve('b', limited)).rejects.toMatchObject({ kind: 'permission' });
    expect((await aliased.models(limited)).map(({ id }) => id)).toEqual(['fast']);
  });
});

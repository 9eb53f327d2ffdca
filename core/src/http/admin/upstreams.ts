import { z } from 'zod';
import { defined } from '../../canonical/json.ts';
import { parseUpstream } from '../../config/parse-upstream.ts';
import type { UpstreamConfig } from '../../config/upstream.ts';
import type { Upstream } from '../../routing/upstream.ts';
import { mergeOptions, sealOptions } from '../../state/secret-options.ts';
import { AdminError } from './admin-error.ts';
import * as contract from './contract.ts';
import type { AdminDeps } from './deps.ts';
import { defineOperation, type Operation } from './operation.ts';
import { testUpstream } from './test-upstream.ts';
import { viewUpstream } from './upstream-view.ts';

export const upstreamOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/upstreams',
    summary: 'Lists the upstreams.',
    access: 'admin',
    response: z.array(contract.upstreamViewSchema),
    handle: (_, deps) => deps.upstreams.all().map((upstream) => viewUpstream(upstream, deps)),
  }),
  defineOperation({
    method: 'POST',
    path: '/upstreams',
    summary: 'Adds an upstream. It takes requests at once.',
    access: 'admin',
    body: contract.upstreamInputSchema,
    response: contract.upstreamViewSchema,
    status: 201,
    async handle({ body }, deps) {
      const config = checked(body, deps);
      if (deps.upstreams.get(config.id))
        throw new AdminError('conflict', `There is an upstream ${config.id} already.`);
      const stored = seal(config, deps);
      await deps.state.update((state) => ({ ...state, upstreams: [...state.upstreams, stored] }));
      return viewUpstream(find(config.id, deps), deps);
    },
  }),
  defineOperation({
    method: 'POST',
    path: '/upstreams/test',
    summary: 'Tries an upstream that is not saved.',
    access: 'admin',
    body: z.strictObject({ upstream: contract.upstreamInputSchema, ...contract.testInputSchema.shape }),
    response: contract.testResultSchema,
    handle: ({ body }, deps) =>
      testUpstream(deps.upstreams.create(checked(body.upstream, deps)), body.model, deps),
  }),
  defineOperation({
    method: 'GET',
    path: '/upstreams/:id',
    summary: 'Shows an upstream.',
    access: 'admin',
    response: contract.upstreamViewSchema,
    handle: ({ params }, deps) => viewUpstream(find(params['id'], deps), deps),
  }),
  defineOperation({
    method: 'PATCH',
    path: '/upstreams/:id',
    summary: 'Changes an upstream. It takes effect at once; running requests end as they began.',
    access: 'admin',
    body: contract.upstreamChangeSchema,
    response: contract.upstreamViewSchema,
    async handle({ body, params }, deps) {
      const { config, type } = findStored(params['id'], deps);
      const { options, ...fields } = body;
      const changed = { ...config.options, ...options };
      const merged = mergeOptions(type.options, config.options, changed);
      const next = checked({ ...config, ...defined(fields), options: merged }, deps);
      const stored = seal(next, deps);
      await deps.state.update((state) => ({
        ...state,
        upstreams: state.upstreams.map((entry) => (entry.id === config.id ? stored : entry)),
      }));
      return viewUpstream(find(config.id, deps), deps);
    },
  }),
  defineOperation({
    method: 'DELETE',
    path: '/upstreams/:id',
    summary: 'Removes an upstream.',
    access: 'admin',
    async handle({ params }, deps) {
      const { id } = findStored(params['id'], deps).config;
      await deps.state.update((state) => ({
        ...state,
        upstreams: state.upstreams.filter((entry) => entry.id !== id),
      }));
    },
  }),
  defineOperation({
    method: 'POST',
    path: '/upstreams/:id/test',
    summary: 'Tries an upstream: lists its models and, when one is named, asks it to say something.',
    access: 'admin',
    body: contract.testInputSchema,
    response: contract.testResultSchema,
    handle: ({ body, params }, deps) => testUpstream(find(params['id'], deps), body.model, deps),
  }),
  defineOperation({
    method: 'POST',
    path: '/upstreams/:id/models',
    summary: "Asks an upstream for its models now, and shows those that the upstream's rules select.",
    access: 'admin',
    response: z.array(z.string()),
    async handle({ params }, deps) {
      const models = await deps.upstreams.list(find(params['id'], deps)).load({ refresh: true });
      return models.map(({ id }) => id);
    },
  }),
];

function find(id: string | undefined, { upstreams }: AdminDeps): Upstream {
  const upstream = upstreams.get(id ?? '');
  if (!upstream) throw new AdminError('not-found', `There is no upstream ${JSON.stringify(id)}.`);
  return upstream;
}

function findStored(id: string | undefined, deps: AdminDeps): Upstream {
  const upstream = find(id, deps);
  if (upstream.origin === 'state') return upstream;
  const file = deps.config.file ?? 'the configuration';
  throw new AdminError(
    'read-only',
    `The upstream ${upstream.config.id} is declared in ${file}; change it there.`,
  );
}

function checked(input: unknown, { registry }: AdminDeps): UpstreamConfig {
  const parsed = parseUpstream(registry, input);
  if ('upstream' in parsed) return parsed.upstream;
  throw new AdminError('invalid', 'The upstream is not valid.', { issues: parsed.problems });
}

function seal(config: UpstreamConfig, { registry, secrets }: AdminDeps): UpstreamConfig {
  const schema = registry.provider(config.provider).options;
  return { ...config, options: sealOptions(schema, config.options, secrets) };
}

import { isDeepStrictEqual } from 'node:util';
import { defined, type ProviderType } from '@dragoman/plugin';
import { originsOf } from '../../../../validation/option-urls.ts';
import { parseUpstream } from '../../../../config/parse-upstream.ts';
import type { UpstreamConfig } from '../../../../config/upstream.ts';
import { CreateError } from '../../../../upstreams/build-upstream.ts';
import type { Upstream } from '../../../../upstreams/upstream.ts';
import { openConfig } from '../../../../upstreams/upstreams.ts';
import { sealOptions } from '../../../../state/secrets/seal-options.ts';
import type { State } from '../../../../state/state.ts';
import { AdminError } from '../../admin-error.ts';
import { changeOptions, refuseKeptSecrets, refuseMovedSecrets } from './change-options.ts';
import { upstreamContract } from '../../contract/upstream-contract.ts';
import type { AdminDeps } from '../../deps.ts';
import { findUpstream, notFound, refuseReadOnly } from './find-upstream.ts';
import { always, defineOperations } from '../../operation.ts';
import { testUpstream } from './test-upstream.ts';
import { viewUnusable } from './unusable-upstreams.ts';
import { viewUpstream } from './upstream-view.ts';

export const upstreamOperations = defineOperations(upstreamContract, {
  'GET /upstreams': {
    summary: 'Lists the upstreams.',
    access: 'admin',
    handle: (_, deps) => [
      ...deps.upstreams.all().map((upstream) => viewUpstream(upstream, deps)),
      ...deps.upstreams.unusable().map((unusable) => viewUnusable(unusable, deps)),
    ],
  },
  'POST /upstreams': {
    summary: 'Adds an upstream. It takes requests at once.',
    access: 'admin',
    confirm: always,
    audit: {
      target: ({ body }) => `/upstreams/${body.id}`,
      snapshot: ({ body }, deps) => upstreamNow(body.id, deps),
    },
    refusals: ['conflict'],
    async handle({ body }, deps) {
      const config = checked(body, deps);
      await create(config, deps).close();
      const stored = seal(config, deps);
      const isDeclared = isOfFile(config.id, deps);
      await deps.state.update((state) => {
        if (isDeclared || state.upstreams.some(({ id }) => id === config.id))
          throw new AdminError('conflict', `The upstream ${config.id} already exists.`);
        return { ...state, upstreams: [...state.upstreams, stored] };
      });
      return viewUpstream(findUpstream(config.id, deps), deps);
    },
  },
  'POST /upstreams/test': {
    summary: 'Tests an upstream that is not saved.',
    access: 'admin',
    audit: {
      detail: ({ body: { upstream } }) => ({
        provider: upstream.provider,
        origins: [...originsOf(upstream.options)],
      }),
    },
    async handle({ body }, deps) {
      const upstream = create(checked(body.upstream, deps), deps);
      try {
        return await testUpstream(upstream, body.model, deps);
      } finally {
        await upstream.close();
      }
    },
  },
  'GET /upstreams/:id': {
    summary: 'Shows an upstream.',
    access: 'admin',
    handle({ params: { id } }, deps) {
      const unusable = deps.upstreams.unusable().find(({ stored }) => stored.id === id);
      return unusable ? viewUnusable(unusable, deps) : viewUpstream(findUpstream(id, deps), deps);
    },
  },
  'PATCH /upstreams/:id': {
    summary: 'Changes an upstream. It takes effect at once; running requests are not affected.',
    access: 'admin',
    // Options decide where requests go and with which secret.
    confirm: ({ body: { options }, params: { id } }, deps) =>
      options !== undefined && changesOptions(options, findChangeable(id, deps.state.read(), deps)),
    audit: { snapshot: ({ params: { id } }, deps) => upstreamNow(id, deps) },
    refusals: ['read-only', 'conflict'],
    async handle({ body: { options, limits, healthCheck, traces, ...fields }, params: { id } }, deps) {
      const changedIn = (state: State): UpstreamConfig => {
        const { config, type, isUsable } = findChangeable(id, state, deps);
        const given = { type, before: config.options, change: options ?? {} };
        const merged = changeOptions(given);
        const removable = {
          limits: limits === undefined ? config.limits : (limits ?? undefined),
          traces: traces === undefined ? config.traces : (traces ?? undefined),
          healthCheck: healthCheck === undefined ? config.healthCheck : (healthCheck ?? undefined),
        };
        const changed = defined({ ...config, ...defined(fields), ...removable, options: merged });
        if (!isUsable) refuseKeptSecrets(given, 'since the stored value cannot be used');
        const next = checked(changed, deps);
        if (isUsable) refuseMovedSecrets(given, next.options);
        return next;
      };
      const tried = changedIn(deps.state.read());
      if (tried.enabled) await create(tried, deps).close();
      await deps.state.update((state) => {
        const stored = seal(changedIn(state), deps);
        const upstreams = state.upstreams.map((entry) => (entry.id === id ? stored : entry));
        return { ...state, upstreams };
      });
      return viewUpstream(findUpstream(id, deps), deps);
    },
  },
  'DELETE /upstreams/:id': {
    summary: 'Removes an upstream.',
    access: 'admin',
    audit: { snapshot: ({ params: { id } }, deps) => upstreamNow(id, deps) },
    refusals: ['read-only'],
    async handle({ params: { id } }, deps) {
      await deps.state.update((state) => {
        const upstreams = state.upstreams.filter((entry) => entry.id !== id);
        if (upstreams.length === state.upstreams.length) refuseDeclared(id, deps);
        return { ...state, upstreams };
      });
    },
  },
  'POST /upstreams/:id/test': {
    summary: 'Tests an upstream: lists its models and, if one is named, sends it a test message.',
    access: 'admin',
    refusals: ['conflict'],
    handle: ({ body, params: { id } }, deps) => testUpstream(findUpstream(id, deps), body.model, deps),
  },
  'POST /upstreams/:id/models': {
    summary: "Discovers an upstream's models now, and shows those that its rules select.",
    access: 'admin',
    refusals: ['conflict'],
    async handle({ params: { id } }, deps) {
      const models = await deps.upstreams.list(findUpstream(id, deps)).load({ refresh: true });
      return models.map((model) => model.id);
    },
  },
});

/** A stored upstream, even an unusable one: entering its options again may repair it. */
function findChangeable(id: string, { upstreams }: State, deps: AdminDeps): Changeable {
  const stored = upstreams.find((entry) => entry.id === id);
  const type = deps.registry.providers.find(({ name }) => name === stored?.provider);
  if (stored && type) return open(stored, type, deps);
  refuseDeclared(id, deps);
  // It was removed meanwhile.
  throw notFound(id);
}

function isOfFile(id: string, { upstreams }: AdminDeps): boolean {
  if (upstreams.get(id)?.origin === 'file') return true;
  return upstreams.unusable().some(({ stored, origin }) => stored.id === id && origin === 'file');
}

/** Throws an `AdminError` if an upstream is declared in the file or does not exist. */
function refuseDeclared(id: string, deps: AdminDeps): void {
  const unusable = deps.upstreams
    .unusable()
    .find(({ stored, origin }) => stored.id === id && origin === 'file');
  refuseReadOnly(unusable ? { config: unusable.stored, origin: 'file' } : findUpstream(id, deps), deps);
}

function open(stored: UpstreamConfig, type: ProviderType, deps: AdminDeps): Changeable {
  try {
    return { config: openConfig(stored, deps), type, isUsable: true };
  } catch {
    return { config: stored, type, isUsable: false };
  }
}

interface Changeable extends Pick<Upstream, 'config' | 'type'> {
  /** If false, its secrets are still sealed. */
  readonly isUsable: boolean;
}

function changesOptions(change: UpstreamConfig['options'], { config, type }: Changeable): boolean {
  const changed = changeOptions({ type, before: config.options, change });
  return !isDeepStrictEqual(changed, config.options);
}

/** An upstream for the audit log: as displayed, without fields that change by themselves. */
function upstreamNow(id: string, deps: AdminDeps): unknown {
  const upstream = deps.upstreams.get(id);
  const unusable = deps.upstreams.unusable().find(({ stored }) => stored.id === id);
  if (!upstream && !unusable) return undefined;
  const view = unusable ? viewUnusable(unusable, deps) : upstream && viewUpstream(upstream, deps);
  return { ...view, knownModels: undefined, failure: undefined };
}

function checked(input: unknown, { registry }: AdminDeps): UpstreamConfig {
  const parsed = parseUpstream(registry, input);
  if ('value' in parsed) return parsed.value;
  throw new AdminError('invalid', 'Invalid upstream.', { issues: parsed.problems });
}

/** Creates a temporary upstream: options that its provider refuses are not stored. */
function create(config: UpstreamConfig, { upstreams }: AdminDeps): Upstream {
  try {
    return upstreams.create(config);
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    throw new AdminError('invalid', error.message);
  }
}

function seal(config: UpstreamConfig, { registry, secrets }: AdminDeps): UpstreamConfig {
  const schema = registry.provider(config.provider).options;
  return { ...config, options: sealOptions(schema, config, secrets) };
}

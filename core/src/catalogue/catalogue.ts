import { GatewayError } from '@dragoman/plugin';
import { matchesAny } from '@dragoman/plugin/internal/text/pattern';
import type { StoredKey } from '../state/state.ts';
import { MAX_NAME_LENGTH, refuseLongName } from './name-length.ts';
import { isSafePath } from '../transport/safe-path.ts';
import { type CatalogueEntry, createIndex, type IndexDeps } from './model-index.ts';
import type { Route } from './route.ts';
import type { Named } from './served-names.ts';
import type { Upstream, Upstreams } from '../upstreams/upstream.ts';

export interface Catalogue {
  /**
   * The route of a model name for a key: an alias, `upstream/model`, `provider/model` or a bare model. Throws `not-found`
   * if no upstream serves it and `permission` if the key may not use it.
   */
  resolve(model: string, key: StoredKey | undefined): Promise<Route>;
  /** Every model that a key may request by its bare name or an alias. Upstreams that cannot list are left out. */
  models(key: StoredKey | undefined): Promise<readonly CatalogueEntry[]>;
  /** Whether the gateway keeps the threads of a model. */
  keepsThreads(model: string): boolean;
  /** Whether a key may use an upstream at all. */
  allows(key: StoredKey | undefined, upstream: Upstream): boolean;
}

/** How long a request waits for ongoing discoveries before it gets "not found". */
const DISCOVERY_WAIT_MS = 3_000;

export function createCatalogue(deps: IndexDeps): Catalogue {
  const { upstreams } = deps;
  const index = createIndex(deps);

  return {
    async resolve(name, key) {
      refuseLongName(name);
      let route = index().route(name);
      if (!route) {
        if (!isSafePath(name)) throw unsafeName(name);
        await settleLists(
          upstreams,
          index().enabled.filter((upstream) => !upstreams.list(upstream).failure()),
        );
        route = index().route(name);
      }
      if (!route) throw notFound(name);
      if (!key?.upstreams && !key?.models) return route;
      const candidates = route.candidates.filter((candidate) => mayUse(key, name, candidate));
      if (candidates.length === 0) throw notAllowed(name);
      return { ...route, candidates };
    },
    async models(key) {
      const isUnknown = (upstream: Upstream): boolean => {
        const list = upstreams.list(upstream);
        // A failed listing is retried in the background, so requests wait for it only once.
        return !list.known() && !list.failure();
      };
      const unknown = index().enabled.filter(isUnknown);
      if (unknown.length > 0) await settleLists(upstreams, unknown);
      return index().entries((name, upstream, model) => mayUse(key, name, { upstream, model }));
    },
    keepsThreads: (name) => name.length <= MAX_NAME_LENGTH && (index().route(name)?.thread?.memory ?? false),
    allows: (key, upstream) => !key?.upstreams || key.upstreams.includes(upstream.config.id),
  };
}

/** Refreshes stale or unknown lists, and waits for them, but not for long. */
async function settleLists(upstreams: Upstreams, wanted: readonly Upstream[]): Promise<void> {
  const settled = Promise.allSettled(wanted.map((upstream) => upstreams.list(upstream).load()));
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DISCOVERY_WAIT_MS);
  });
  await Promise.race([settled, patience]);
  clearTimeout(timer);
}

function mayUse(key: StoredKey | undefined, asked: string, { upstream, model }: Named): boolean {
  if (!key) return true;
  if (key.upstreams && !key.upstreams.includes(upstream.config.id)) return false;
  if (!key.models) return true;
  const names = [asked, model, `${upstream.config.id}/${model}`];
  return names.some((name) => matchesAny(key.models ?? [], name));
}

function unsafeName(name: string): GatewayError {
  return new GatewayError(
    'invalid',
    `The model name ${JSON.stringify(name)} is not valid: it must not contain control characters or empty, "." or ".." segments.`,
    { field: 'model', code: 'model_name_invalid' },
  );
}

function notFound(name: string): GatewayError {
  return new GatewayError(
    'not-found',
    `The model ${JSON.stringify(name)} does not exist. GET /v1/models lists the models.`,
    { field: 'model', code: 'model_not_found' },
  );
}

function notAllowed(name: string): GatewayError {
  return new GatewayError('permission', `This key may not use the model ${JSON.stringify(name)}.`, {
    field: 'model',
    code: 'model_not_allowed',
  });
}

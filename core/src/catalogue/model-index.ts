import { LRUCache } from 'lru-cache';
import { defined, type Model } from '@dragoman/plugin';
import type { AliasConfig, RoutingConfig } from '../config/routing.ts';
import { isPattern, matchPattern } from './alias-patterns.ts';
import type { Candidate } from './candidate.ts';
import type { HealthBoard } from '../upstreams/health.ts';
import { isSafeModelName } from '../transport/safe-path.ts';
import { hash } from '@dragoman/plugin/internal/text/hash';
import type { Route } from './route.ts';
import { indexNames, namedUpstream, namesOf, servedBy } from './served-names.ts';
import type { Upstream, Upstreams } from '../upstreams/upstream.ts';

/** A model as clients see it, and its candidates. */
export interface CatalogueEntry extends Model {
  readonly upstreams: readonly string[];
}

export interface IndexDeps {
  readonly upstreams: Upstreams;
  readonly health: HealthBoard;
  readonly aliases: () => readonly AliasConfig[];
  readonly routing: () => RoutingConfig;
}

/** A snapshot of everything known, so that a request costs one map lookup. */
export interface Index {
  readonly enabled: readonly Upstream[];
  route(name: string): Route | undefined;
  entries(mayUse: (name: string, upstream: Upstream, model: string) => boolean): readonly CatalogueEntry[];
}

/** Clients choose the names, so only this many are cached. */
const MAX_ROUTES = 10_000;

/** What an alias sets for its candidate. */
interface OwnOfCandidate {
  readonly weight?: number | undefined;
  readonly priority?: number | undefined;
  readonly isListed?: boolean;
}

/** Without a list, any name may be valid. */
function isListed(models: readonly Model[] = [], model: string): boolean {
  return models.length === 0 || models.some(({ id }) => id === model);
}

/** Rebuilds the index whenever an upstream, a model list, an alias or a setting changes. */
export function createIndex(deps: IndexDeps): () => Index {
  let seen: readonly unknown[] = [];
  let index: Index | undefined;
  return () => {
    const now = [deps.upstreams.revision(), deps.aliases(), deps.routing()];
    if (index && now.every((value, at) => value === seen[at])) return index;
    seen = now;
    return (index = buildIndex(deps));
  };
}

function buildIndex({ upstreams, health, aliases, routing }: IndexDeps): Index {
  const enabled = upstreams.all().filter(({ config }) => config.enabled);
  const known = new Map(enabled.map((upstream) => [upstream, upstreams.list(upstream).known() ?? []]));
  const named = aliases().filter((alias) => alias.enabled);
  const exact = new Map(named.filter(({ name }) => !isPattern(name)).map((alias) => [alias.name, alias]));
  const patterns = named.filter(({ name }) => isPattern(name));
  const served = indexNames(known);
  const routes = new LRUCache<string, Route>({ max: MAX_ROUTES });

  const candidateOf = (upstream: Upstream, model: string, own: OwnOfCandidate = {}): Candidate => ({
    upstream,
    model,
    weight: own.weight ?? upstream.config.weight,
    priority: own.priority ?? upstream.config.priority,
    isListed: own.isListed ?? isListed(known.get(upstream), model),
    health: health.of(upstream, model),
    idHash: hash(`${upstream.config.id} ${model}`),
  });
  const byName = (name: string): readonly Candidate[] =>
    (namedUpstream(enabled, name) ?? servedBy(enabled, served, name))
      // Some providers write the name into a path, so it must be safe.
      .filter(({ model }) => isSafeModelName(model))
      .map(({ upstream, model }) => candidateOf(upstream, model));
  const ofAlias = (alias: AliasConfig, fill: (model: string) => string): readonly Candidate[] =>
    alias.candidates.flatMap(({ upstream, model, ...own }) => {
      const name = upstream === undefined ? fill(model) : `${upstream}/${fill(model)}`;
      const named = isPattern(alias.name) ? {} : { isListed: true };
      return byName(name).map((found) => candidateOf(found.upstream, found.model, { ...own, ...named }));
    });
  const find = (name: string): Route | undefined => {
    const alias = exact.get(name);
    if (alias)
      return routeOf(
        ofAlias(alias, (model) => model),
        routing(),
        alias,
      );
    const explicit = namedUpstream(enabled, name);
    const matched = explicit ? undefined : matchPattern(patterns, name);
    if (matched) return routeOf(ofAlias(matched.alias, matched.fill), routing(), matched.alias);
    return routeOf(byName(name), routing());
  };

  return {
    enabled,
    route(name) {
      let route = routes.get(name);
      if (!route) {
        route = find(name);
        if (route) routes.set(name, route);
      }
      return route;
    },
    entries(mayUse) {
      const entries = new Map<string, { readonly model: Model; readonly ids: Set<string> }>();
      const add = (model: Model, upstream: Upstream, own: string): void => {
        if (!mayUse(model.id, upstream, own)) return;
        const entry = entries.get(model.id);
        if (entry) entry.ids.add(upstream.config.id);
        else entries.set(model.id, { model, ids: new Set([upstream.config.id]) });
      };
      for (const [name, alias] of exact) {
        for (const { upstream, model } of ofAlias(alias, (own) => own))
          add({ id: name, owner: 'dragoman' }, upstream, model);
      }
      for (const [upstream, models] of known) {
        for (const model of namesOf(upstream, models))
          if (!exact.has(model.id)) add(model, upstream, model.id);
      }
      return [...entries.values()].map(({ model, ids }) => ({ ...model, upstreams: [...ids] }));
    },
  };
}

function routeOf(
  candidates: readonly Candidate[],
  { policy, retry }: RoutingConfig,
  alias?: AliasConfig,
): Route | undefined {
  if (candidates.length === 0) return undefined;
  return defined({
    candidates,
    policy: alias?.policy ?? policy,
    turns: { next: 0 },
    retry: { ...retry, ...defined(alias?.retry ?? {}) },
    timeouts: alias?.timeouts ?? {},
    fallbacks: alias?.fallbacks ?? {},
    hedge: alias?.hedge,
    limits: alias?.limits && { id: alias.name, limits: alias.limits },
    thread: alias?.thread,
  });
}

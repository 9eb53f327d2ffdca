import { setImmediate } from 'node:timers/promises';
import type { PricedModel, Prices } from '../limits/prices.ts';
import { limitsMoney } from '../limits/windows.ts';
import type { KeyRing } from '../state/keys.ts';
import type { Aliases } from './aliases.ts';
import type { Catalogue } from './catalogue.ts';
import type { Upstreams } from '../upstreams/upstream.ts';

/** An owner with a cost limit, and the unpriced models that are refused because of it. */
export interface Unpriced {
  readonly kind: 'key' | 'alias' | 'upstream';
  readonly name: string;
  /** As `upstream/model`. */
  readonly models: readonly string[];
}

export interface UnpricedDeps {
  readonly keys: Pick<KeyRing, 'list'>;
  readonly aliases: Pick<Aliases, 'all'>;
  readonly upstreams: Upstreams;
  readonly catalogue: Catalogue;
  readonly prices: Prices;
}

/** Considers the models that upstreams list; others may still be requested by name. */
export async function findUnpriced(deps: UnpricedDeps): Promise<readonly Unpriced[]> {
  const { keys, aliases, upstreams, catalogue, prices } = deps;
  const found: Unpriced[] = [];
  const namesOf = (candidates: readonly PricedModel[]): readonly string[] => {
    const unpriced = candidates.filter((one) => !prices.isPayable(one));
    return [...new Set(unpriced.map(({ upstream, model }) => `${upstream.config.id}/${model}`))];
  };
  const add = (kind: Unpriced['kind'], name: string, candidates: readonly PricedModel[]): void => {
    const models = namesOf(candidates);
    if (models.length > 0) found.push({ kind, name, models });
  };
  const limited = keys.list().filter(({ enabled, limits }) => enabled && limitsMoney(limits));
  // Of thousands of keys, most may use the same.
  const alike = Map.groupBy(limited, ({ models, upstreams: ids }) => JSON.stringify([models, ids]));
  for (const group of alike.values()) {
    const [key] = group;
    const models = await catalogue.models(key);
    const routes = await Promise.all(models.map(({ id }) => catalogue.resolve(id, key)));
    const unpriced = namesOf(routes.flatMap(({ candidates }) => candidates));
    if (unpriced.length > 0)
      for (const { name } of group) found.push({ kind: 'key', name, models: unpriced });
    // Yields to the event loop.
    await setImmediate();
  }
  const listed = await catalogue.models(undefined);
  for (const { name, limits } of aliases.all()) {
    if (!limitsMoney(limits) || !listed.some(({ id }) => id === name)) continue;
    add('alias', name, (await catalogue.resolve(name, undefined)).candidates);
  }
  for (const upstream of upstreams.all()) {
    const { enabled, id, limits } = upstream.config;
    if (!enabled || !limitsMoney(limits)) continue;
    const models = upstreams.list(upstream).known() ?? [];
    add(
      'upstream',
      id,
      models.map((model) => ({ upstream, model: model.id })),
    );
  }
  return found;
}

const MAX_SHOWN = 5;
const MAX_OWNERS = 20;

/** For administrators; `undefined` if there is nothing to report. */
export function describeUnpriced(found: readonly Unpriced[]): string | undefined {
  if (found.length === 0) return undefined;
  const names = found.slice(0, MAX_OWNERS).map(({ kind, name, models }) => {
    const more = models.length > MAX_SHOWN ? `, and ${models.length - MAX_SHOWN} more` : '';
    return `${kind} ${name} (${models.slice(0, MAX_SHOWN).join(', ')}${more})`;
  });
  if (found.length > MAX_OWNERS) names.push(`and ${found.length - MAX_OWNERS} more`);
  return `Models without a price are refused under a cost limit: ${names.join('; ')}. See docs/routing.md#prices.`;
}

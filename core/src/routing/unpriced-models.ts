import type { PricedModel, Prices } from '../limits/prices.ts';
import { limitsMoney } from '../limits/windows.ts';
import type { KeyRing } from '../state/keys.ts';
import type { Aliases } from './aliases.ts';
import type { Catalogue } from './catalogue.ts';
import type { Upstreams } from './upstream.ts';

/** Somebody with a limit on money, and the models without a price that are refused for that. */
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

/** Of the models that upstreams list; others may be asked for by name. */
export async function findUnpriced(deps: UnpricedDeps): Promise<readonly Unpriced[]> {
  const { keys, aliases, upstreams, catalogue, prices } = deps;
  const found: Unpriced[] = [];
  const add = (kind: Unpriced['kind'], name: string, candidates: readonly PricedModel[]): void => {
    const unpriced = candidates.filter((one) => !prices.isPayable(one));
    const models = new Set(unpriced.map(({ upstream, model }) => `${upstream.config.id}/${model}`));
    if (models.size > 0) found.push({ kind, name, models: [...models] });
  };
  for (const key of keys.list()) {
    if (!key.enabled || !limitsMoney(key.limits)) continue;
    const models = await catalogue.models(key);
    const routes = await Promise.all(models.map(({ id }) => catalogue.resolve(id, key)));
    add(
      'key',
      key.name,
      routes.flatMap(({ candidates }) => candidates),
    );
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

/** For administrators; `undefined` when there is nothing to say. */
export function describeUnpriced(found: readonly Unpriced[]): string | undefined {
  if (found.length === 0) return undefined;
  const names = found.map(({ kind, name, models }) => {
    const more = models.length > MAX_SHOWN ? `, and ${models.length - MAX_SHOWN} more` : '';
    return `${kind} ${name} (${models.slice(0, MAX_SHOWN).join(', ')}${more})`;
  });
  return `Models without a price are refused where a limit on money applies: ${names.join('; ')}. See docs/routing.md#prices.`;
}

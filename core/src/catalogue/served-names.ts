import type { Model } from '@dragoman/plugin';
import { isSelected } from '../upstreams/model-list.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** An upstream and its own name of a model. */
export interface Named {
  readonly upstream: Upstream;
  readonly model: string;
}

/** `upstream/model`: that upstream only, even for an unlisted model: lists may be incomplete. */
export function namedUpstream(enabled: readonly Upstream[], name: string): readonly Named[] | undefined {
  const slash = name.indexOf('/');
  if (slash <= 0) return undefined;
  const id = name.slice(0, slash);
  const model = name.slice(slash + 1);
  const upstream = enabled.find((candidate) => candidate.config.id === id);
  if (!upstream) return undefined;
  const own = ownName(upstream, model) ?? model;
  return isSelected(upstream.config, own) ? [{ upstream, model: own }] : undefined;
}

export type ServedNames = ReadonlyMap<string, readonly Named[]>;

/** Indexes who serves which name: the upstreams' own names and those of their configs. */
export function indexNames(known: ReadonlyMap<Upstream, readonly Model[]>): ServedNames {
  const names = new Map<string, Named[]>();
  for (const [upstream, models] of known) {
    const renamed = upstream.config.models.rename;
    const own = models.filter(({ id }) => !Object.hasOwn(renamed, id)).map(({ id }) => [id, id] as const);
    const ids = new Set(models.map(({ id }) => id));
    for (const [name, model] of [...own, ...Object.entries(renamed)]) {
      if (!ids.has(model)) continue;
      const before = names.get(name);
      if (before) before.push({ upstream, model });
      else names.set(name, [{ upstream, model }]);
    }
  }
  return names;
}

/** `provider/model` or `model`: every upstream that lists it. */
export function servedBy(enabled: readonly Upstream[], served: ServedNames, name: string): readonly Named[] {
  const slash = name.indexOf('/');
  const provider = name.slice(0, Math.max(slash, 0));
  const whole = served.get(name) ?? [];
  const ofProvider = (served.get(name.slice(slash + 1)) ?? []).filter(
    ({ upstream }) => slash > 0 && upstream.type.name === provider,
  );
  const found = new Map([...whole, ...ofProvider].map((entry) => [entry.upstream, entry]));
  return enabled.flatMap((upstream) => found.get(upstream) ?? []);
}

/** The upstream's own name of a model that its config renames. */
function ownName({ config }: Upstream, name: string): string | undefined {
  const { rename } = config.models;
  return Object.hasOwn(rename, name) ? rename[name] : undefined;
}

/** The models of an upstream, under all names that clients may use. */
export function namesOf(upstream: Upstream, known: readonly Model[]): readonly Model[] {
  const renamed = Object.entries(upstream.config.models.rename).flatMap(([id, own]) => {
    const model = known.find((candidate) => candidate.id === own);
    return model ? [{ ...model, id }] : [];
  });
  return [...known, ...renamed];
}

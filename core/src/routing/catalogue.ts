import { GatewayError } from '../canonical/errors.ts';
import type { Model } from '../canonical/models.ts';
import { matchesAny } from '../config/pattern.ts';
import type { StoredKey } from '../state/state.ts';
import { isSelected } from './model-list.ts';
import type { Upstream, Upstreams } from './upstream.ts';

/** An upstream and its own name of a model that may serve a request. */
export interface Candidate {
  readonly upstream: Upstream;
  readonly model: string;
}

/** A model as clients see it, and who serves it. */
export interface CatalogueEntry extends Model {
  readonly upstreams: readonly string[];
}

export interface Catalogue {
  /**
   * Who may serve a model name for a key: `upstream/model`, `provider/model` or a bare model. Throws
   * `not-found` when nobody serves it and `permission` when the key may not use it.
   */
  resolve(model: string, key: StoredKey | undefined): Promise<readonly Candidate[]>;
  /** Every model that a key may ask for by its bare name. Upstreams that cannot tell are left out. */
  models(key: StoredKey | undefined): Promise<readonly CatalogueEntry[]>;
  /** Whether a key may use an upstream at all. */
  allows(key: StoredKey | undefined, upstream: Upstream): boolean;
}

/** A request waits this long for lists that are still being discovered before it is told "not found". */
const DISCOVERY_WAIT_MS = 3_000;

export function createCatalogue(upstreams: Upstreams): Catalogue {
  let turn = 0;
  const enabled = (): readonly Upstream[] => upstreams.all().filter((upstream) => upstream.config.enabled);

  const find = (name: string): readonly Candidate[] => {
    const found = namedUpstream(enabled(), name) ?? servedBy(upstreams, enabled(), name);
    turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
    return rotate(found, turn);
  };

  return {
    async resolve(name, key) {
      let found = find(name);
      if (found.length === 0) {
        await settleLists(upstreams, enabled());
        found = find(name);
      }
      if (found.length === 0) throw notFound(name);
      const allowed = found.filter((candidate) => mayUse(key, name, candidate));
      if (allowed.length === 0) throw notAllowed(name);
      return allowed;
    },
    async models(key) {
      const unknown = enabled().filter((upstream) => !upstreams.list(upstream).known());
      if (unknown.length > 0) await settleLists(upstreams, unknown);
      const entries = new Map<string, CatalogueEntry>();
      for (const upstream of enabled()) {
        for (const model of namesOf(upstream, upstreams.list(upstream).known() ?? [])) {
          if (!mayUse(key, model.id, { upstream, model: model.id })) continue;
          const before = entries.get(model.id);
          const ids = [...(before?.upstreams ?? []), upstream.config.id];
          entries.set(model.id, { ...(before ?? model), upstreams: ids });
        }
      }
      return [...entries.values()];
    },
    allows: (key, upstream) => !key?.upstreams || key.upstreams.includes(upstream.config.id),
  };
}

/** `upstream/model`: that upstream alone, even for a model that its list lacks: lists may be incomplete. */
function namedUpstream(enabled: readonly Upstream[], name: string): readonly Candidate[] | undefined {
  const slash = name.indexOf('/');
  if (slash <= 0) return undefined;
  const id = name.slice(0, slash);
  const model = name.slice(slash + 1);
  const upstream = enabled.find((candidate) => candidate.config.id === id);
  if (!upstream) return undefined;
  const own = ownName(upstream, model) ?? model;
  return isSelected(upstream.config, own) ? [{ upstream, model: own }] : undefined;
}

/** `provider/model` or `model`: every upstream whose list has it. */
function servedBy(upstreams: Upstreams, enabled: readonly Upstream[], name: string): readonly Candidate[] {
  const slash = name.indexOf('/');
  const candidates: Candidate[] = [];
  for (const upstream of enabled) {
    const names =
      slash > 0 && upstream.type.name === name.slice(0, slash) ? [name.slice(slash + 1), name] : [name];
    const known = upstreams.list(upstream).known() ?? [];
    const model = names
      .map((wanted) => ownName(upstream, wanted) ?? wanted)
      .find((wanted) => known.some(({ id }) => id === wanted));
    if (model !== undefined) candidates.push({ upstream, model });
  }
  return candidates;
}

/** The upstream's own name of a model that its config lets clients call otherwise. */
function ownName({ config }: Upstream, name: string): string | undefined {
  const { rename } = config.models;
  return Object.hasOwn(rename, name) ? rename[name] : undefined;
}

/** What an upstream serves, under all names that clients may use. */
function namesOf(upstream: Upstream, known: readonly Model[]): readonly Model[] {
  const renamed = Object.entries(upstream.config.models.rename).flatMap(([id, own]) => {
    const model = known.find((candidate) => candidate.id === own);
    return model ? [{ ...model, id }] : [];
  });
  return [...known, ...renamed];
}

/** Asks upstreams whose list is old or unknown, and waits for the answers, but not for long. */
async function settleLists(upstreams: Upstreams, wanted: readonly Upstream[]): Promise<void> {
  const settled = Promise.allSettled(wanted.map((upstream) => upstreams.list(upstream).load()));
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DISCOVERY_WAIT_MS);
  });
  await Promise.race([settled, patience]);
  clearTimeout(timer);
}

function mayUse(key: StoredKey | undefined, asked: string, { upstream, model }: Candidate): boolean {
  if (!key) return true;
  if (key.upstreams && !key.upstreams.includes(upstream.config.id)) return false;
  if (!key.models) return true;
  const names = [asked, model, `${upstream.config.id}/${model}`];
  return names.some((name) => matchesAny(key.models ?? [], name));
}

/** Starts at another candidate each time, so that equal ones share the load. */
function rotate<T>(items: readonly T[], by: number): readonly T[] {
  if (items.length < 2) return items;
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function notFound(name: string): GatewayError {
  return new GatewayError(
    'not-found',
    `The model ${JSON.stringify(name)} does not exist: no upstream serves it. GET /v1/models lists the models.`,
    { field: 'model', code: 'model_not_found' },
  );
}

function notAllowed(name: string): GatewayError {
  return new GatewayError('permission', `This key may not use the model ${JSON.stringify(name)}.`, {
    field: 'model',
    code: 'model_not_allowed',
  });
}

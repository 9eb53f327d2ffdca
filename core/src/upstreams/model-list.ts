import { GatewayError } from '../canonical/errors.ts';
import type { Model } from '../canonical/models.ts';
import { matchesAny } from '../text/pattern.ts';
import type { UpstreamConfig } from '../config/upstream.ts';

/** What an upstream serves, as far as it is known. */
export interface ModelList {
  /** The last known list by the selection rules; `undefined` until the upstream has told once. */
  known(): readonly Model[] | undefined;
  /** Why the last discovery failed; `undefined` when it did not. */
  failure(): GatewayError | undefined;
  /** The list, discovered anew when it is older than `cacheSeconds`. One discovery runs at a time. */
  load(options?: { readonly refresh?: boolean }): Promise<readonly Model[]>;
}

export interface ModelListInput {
  readonly config: UpstreamConfig;
  /** Asks the upstream; absent when its provider cannot tell. */
  readonly discover?: () => Promise<readonly Model[]>;
  /** Called when the list is another one. */
  readonly onChange?: () => void;
  readonly now: () => number;
}

/** A failed discovery is tried again after this time, so that a dead upstream is not asked at every request. */
const RETRY_AFTER_FAILURE_MS = 15_000;

export function createModelList({ config, discover, onChange, now }: ModelListInput): ModelList {
  const { list, cacheSeconds } = config.models;
  if (list)
    return fixedList(
      select(
        config,
        list.map((id) => ({ id })),
      ),
    );
  if (!discover) return fixedList([]);

  let models: readonly Model[] | undefined;
  let failure: GatewayError | undefined;
  let freshUntil = 0;
  let running: Promise<readonly Model[]> | undefined;

  const run = async (): Promise<readonly Model[]> => {
    try {
      const found = select(config, await discover());
      const isSame = JSON.stringify(found) === JSON.stringify(models);
      models = found;
      if (!isSame) onChange?.();
      failure = undefined;
      freshUntil = now() + cacheSeconds * 1000;
      return models;
    } catch (error) {
      failure = GatewayError.from(error);
      freshUntil = now() + RETRY_AFTER_FAILURE_MS;
      throw failure;
    } finally {
      running = undefined;
    }
  };

  return {
    known: () => models,
    failure: () => failure,
    async load({ refresh = false } = {}) {
      if (!refresh && now() < freshUntil) {
        if (failure) throw failure;
        if (models) return models;
      }
      return (running ??= run());
    },
  };
}

function fixedList(models: readonly Model[]): ModelList {
  return { known: () => models, failure: () => undefined, load: () => Promise.resolve(models) };
}

/** Whether an upstream may be asked for a model by its allow and deny rules. */
export function isSelected(config: UpstreamConfig, model: string): boolean {
  const { allow, deny } = config.models;
  return (!allow || matchesAny(allow, model)) && !(deny && matchesAny(deny, model));
}

function select(config: UpstreamConfig, models: readonly Model[]): readonly Model[] {
  return models.filter((model) => isSelected(config, model.id));
}

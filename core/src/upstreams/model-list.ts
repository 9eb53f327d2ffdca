import { GatewayError, type Model } from '@dragoman/plugin';
import { matchesAny } from '@dragoman/plugin/internal/text/pattern';
import type { UpstreamConfig } from '../config/upstream.ts';

/** The models that an upstream serves, as far as known. */
export interface ModelList {
  /** The last known list, after selection; `undefined` until the first discovery. */
  known(): readonly Model[] | undefined;
  /** Why the last discovery failed; `undefined` if it did not. */
  failure(): GatewayError | undefined;
  /** The list, rediscovered if it is older than `cacheSeconds`. One discovery runs at a time. */
  load(options?: { readonly refresh?: boolean }): Promise<readonly Model[]>;
}

export interface ModelListInput {
  readonly config: UpstreamConfig;
  /** Discovers the models; absent if the provider cannot. */
  readonly discover?: () => Promise<readonly Model[]>;
  /** Called when the list changes. */
  readonly onChange?: () => void;
  readonly now: () => number;
}

/** A failed discovery is retried after this time, so that requests do not hit a dead upstream. */
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

/** Whether the allow and deny rules of an upstream select a model. */
export function isSelected(config: UpstreamConfig, model: string): boolean {
  const { allow, deny } = config.models;
  return (!allow || matchesAny(allow, model)) && !(deny && matchesAny(deny, model));
}

function select(config: UpstreamConfig, models: readonly Model[]): readonly Model[] {
  return models.filter((model) => isSelected(config, model.id));
}

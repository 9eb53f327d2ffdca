import { LRUCache } from 'lru-cache';
import type { Capabilities, CapabilityTable } from '@dragoman/plugin';
import { resolveCapabilities, rowsFor } from '@dragoman/plugin/internal/plugin/capabilities';
import type { Upstream } from './upstream.ts';

/** Clients may choose the names, so only those of the latest models are cached. */
const MAX_MODELS = 100;

/** Resolves the capabilities of an upstream's models: the provider's table, the options, then the config. */
export function createCapabilities({
  type,
  config,
}: Pick<Upstream, 'type' | 'config'>): Upstream['capabilitiesOf'] {
  const ofOptions = type.capabilitiesOf?.(config.options) ?? {};
  const known = new LRUCache<string, Capabilities>({ max: MAX_MODELS });
  return (model = '') => {
    let capabilities = known.get(model);
    if (!capabilities) {
      // Aggregators prefix the vendor: `deepseek/deepseek-chat`.
      const family = model.slice(model.lastIndexOf('/') + 1);
      capabilities = resolveCapabilities([
        ...rowsFor(family, type.capabilities ?? {}),
        ...rowsFor(model, ofOptions),
        ...rowsFor(model, config.capabilities as CapabilityTable),
      ]);
      known.set(model, capabilities);
    }
    return capabilities;
  };
}

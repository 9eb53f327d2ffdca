import { LRUCache } from 'lru-cache';
import {
  type Capabilities,
  type CapabilityTable,
  resolveCapabilities,
  rowsFor,
} from '../plugin/capabilities.ts';
import type { Upstream } from './upstream.ts';

/** Clients may choose the names, so only those of the latest models are remembered. */
const MAX_MODELS = 100;

/** Tells what an upstream's models can do: what its provider knows of the family, then what the config says. */
export function createCapabilities({
  type,
  config,
}: Pick<Upstream, 'type' | 'config'>): Upstream['capabilitiesOf'] {
  const known = new LRUCache<string, Capabilities>({ max: MAX_MODELS });
  return (model = '') => {
    let capabilities = known.get(model);
    if (!capabilities) {
      // Aggregators put the vendor in front: `deepseek/deepseek-chat`.
      const family = model.slice(model.lastIndexOf('/') + 1);
      capabilities = resolveCapabilities([
        ...rowsFor(family, type.capabilities ?? {}),
        ...rowsFor(model, config.capabilities as CapabilityTable),
      ]);
      known.set(model, capabilities);
    }
    return capabilities;
  };
}

import { z } from 'zod';

/** From the strictest to the most permissive. */
export const RELAY_LEVELS = ['off', 'stateless', 'all'] as const;

/**
 * Which requests for endpoints that the gateway does not implement are relayed to upstreams. `stateless`: those that
 * store nothing at the upstream, such as images, audio and moderations. `all`: also those that read and write the
 * upstream's account, such as files, batches and stored responses.
 */
export type RelayLevel = (typeof RELAY_LEVELS)[number];

export const relaySchema = z.enum(RELAY_LEVELS);

export function strictest(...levels: readonly RelayLevel[]): RelayLevel {
  return RELAY_LEVELS[Math.min(...levels.map((level) => RELAY_LEVELS.indexOf(level)))] ?? 'off';
}

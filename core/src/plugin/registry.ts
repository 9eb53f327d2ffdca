import { GatewayError } from '../canonical/errors.ts';
import type { Plugin, Protocol, ProviderType } from './plugin.ts';

/** What the plugins bring, by name. */
export interface Registry {
  readonly plugins: readonly Plugin[];
  readonly protocols: readonly Protocol[];
  readonly providers: readonly ProviderType[];
  /** A provider by its name. Throws `not-found` and names the known ones. */
  provider(name: string): ProviderType;
}

/** Throws an `Error` when two plugins bring something of the same name. */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const protocols = plugins.flatMap((plugin) => plugin.protocols ?? []);
  const providers = plugins.flatMap((plugin) => plugin.providers ?? []);
  refuseTwins('plugin', plugins);
  refuseTwins('protocol', protocols);
  refuseTwins('provider', providers);
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    plugins,
    protocols,
    providers,
    provider(name) {
      const provider = byName.get(name);
      if (provider) return provider;
      const known = [...byName.keys()].join(', ') || 'none';
      throw new GatewayError('not-found', `There is no provider ${JSON.stringify(name)}; known are: ${known}.`);
    },
  };
}

function refuseTwins(what: string, items: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of items) {
    if (names.has(name)) throw new Error(`Two plugins bring a ${what} named ${JSON.stringify(name)}.`);
    names.add(name);
  }
}

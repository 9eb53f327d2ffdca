import {
  GatewayError,
  type Plugin,
  type Protocol,
  type ProviderType,
  type ToolTextFormat,
} from '@dragoman/plugin';

/** What the plugins contribute, by name. */
export interface Registry {
  readonly plugins: readonly Plugin[];
  readonly protocols: readonly Protocol[];
  readonly providers: readonly ProviderType[];
  /** A provider by its name. Throws `not-found` and names the known ones. */
  provider(name: string): ProviderType;
  /** Tool formats by each of their names. */
  readonly toolFormats: ReadonlyMap<string, ToolTextFormat>;
  /** The name of the plugin that contributes a provider. */
  pluginOf(provider: string): string;
}

/** Throws an `Error` when plugins clash. */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const clashes = findClashes(plugins);
  if (clashes.length > 0) throw new Error(clashes.join(' '));
  const protocols = plugins.flatMap((plugin) => plugin.protocols ?? []);
  const providers = providersOf(plugins);
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    plugins,
    pluginOf: (name) =>
      plugins.find((plugin) => plugin.providers?.some((provider) => provider.name === name))?.name ?? '',
    protocols,
    providers,
    toolFormats: toolFormatsOf(plugins),
    provider(name) {
      const provider = byName.get(name);
      if (provider) return provider;
      const known = [...byName.keys()].join(', ') || 'none';
      throw new GatewayError('not-found', `There is no provider ${JSON.stringify(name)}; known: ${known}.`);
    },
  };
}

/** The providers of all plugins. */
export function providersOf(plugins: readonly Plugin[]): readonly ProviderType[] {
  return plugins.flatMap((plugin) => plugin.providers ?? []);
}

/** The tool formats of all plugins, by each of their names. */
export function toolFormatsOf(plugins: readonly Plugin[]): ReadonlyMap<string, ToolTextFormat> {
  const all = plugins.flatMap((plugin) => plugin.toolFormats ?? []);
  return new Map(all.flatMap((format) => namesOf(format).map((name) => [name, format] as const)));
}

/** Names that plugins register more than once, each as a sentence: names must be unique. */
export function findClashes(plugins: readonly Plugin[]): readonly string[] {
  return [
    ...twins(plugins).map((name) => `The plugin ${JSON.stringify(name)} is registered more than once.`),
    ...clashesOf('protocol', plugins, (plugin) => plugin.protocols),
    ...clashesOf('provider', plugins, (plugin) => plugin.providers),
    ...clashesOf('tool format', plugins, (plugin) =>
      plugin.toolFormats?.flatMap((format) => namesOf(format).map((name) => ({ name }))),
    ),
  ];
}

function namesOf({ name, aliases = [] }: ToolTextFormat): readonly string[] {
  return [name, ...aliases];
}

type Named = { readonly name: string };

function clashesOf(
  what: string,
  plugins: readonly Plugin[],
  bring: (plugin: Plugin) => readonly Named[] | undefined,
): readonly string[] {
  return twins(plugins.flatMap((plugin) => bring(plugin) ?? [])).map((name) => {
    const owners = plugins.filter((plugin) => bring(plugin)?.some((item) => item.name === name));
    const who = owners.map((plugin) => JSON.stringify(plugin.name)).join(' and ');
    return `The ${what} ${JSON.stringify(name)} is registered more than once, by ${who}.`;
  });
}

function twins(items: readonly Named[]): readonly string[] {
  const names = items.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

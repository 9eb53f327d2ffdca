import {
  GatewayError,
  type HookType,
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
  readonly hooks: readonly HookType[];
  /** A provider by its name. Throws `not-found` and names the known ones. */
  provider(name: string): ProviderType;
  /** Tool formats by each of their names. */
  readonly toolFormats: ReadonlyMap<string, ToolTextFormat>;
  /** The name of the plugin that contributes a provider. */
  pluginOf(provider: string): string;
  /** A kind of hook by its name. Throws `not-found` and names the known ones. */
  hook(name: string): HookType;
  /** The name of the plugin that contributes a kind of hook. */
  pluginOfHook(hook: string): string;
}

/** Throws an `Error` when plugins clash. */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const clashes = findClashes(plugins);
  if (clashes.length > 0) throw new Error(clashes.join(' '));
  const protocols = plugins.flatMap((plugin) => plugin.protocols ?? []);
  const providers = providersOf(plugins);
  const hooks = hooksOf(plugins);
  return {
    plugins,
    protocols,
    providers,
    toolFormats: toolFormatsOf(plugins),
    hooks,
    pluginOf: (name) => ownerOf(name, plugins, (plugin) => plugin.providers),
    provider: finder('provider', providers),
    pluginOfHook: (name) => ownerOf(name, plugins, (plugin) => plugin.hooks),
    hook: finder('hook', hooks),
  };
}

function ownerOf(name: string, plugins: readonly Plugin[], bring: Bring): string {
  return plugins.find((plugin) => bring(plugin)?.some((item) => item.name === name))?.name ?? '';
}

function finder<Item extends Named>(what: string, items: readonly Item[]): (name: string) => Item {
  const byName = new Map(items.map((item) => [item.name, item]));
  return (name) => {
    const item = byName.get(name);
    if (item) return item;
    const known = [...byName.keys()].join(', ') || 'none';
    throw new GatewayError('not-found', `There is no ${what} ${JSON.stringify(name)}; known: ${known}.`);
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

/** The kinds of hook of all plugins. */
export function hooksOf(plugins: readonly Plugin[]): readonly HookType[] {
  return plugins.flatMap((plugin) => plugin.hooks ?? []);
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
    ...clashesOf('hook', plugins, (plugin) => plugin.hooks),
  ];
}

function namesOf({ name, aliases = [] }: ToolTextFormat): readonly string[] {
  return [name, ...aliases];
}

type Named = { readonly name: string };

/** Gets what a plugin contributes of one kind. */
type Bring = (plugin: Plugin) => readonly Named[] | undefined;

function clashesOf(what: string, plugins: readonly Plugin[], bring: Bring): readonly string[] {
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

import type { z } from 'zod';
import { API_VERSION, type Plugin } from '@dragoman/plugin';
import type { PluginErrors } from '../../../log/plugin-faults.ts';
import { isConsoleApart } from '../../../config/sections/console.ts';
import { aboutContract, type pluginViewSchema } from '../contract/about-contract.ts';
import { describeOptions } from '../describe-options.ts';
import { defineOperations } from '../operation.ts';

export const aboutOperations = defineOperations(aboutContract, {
  'GET /about': {
    summary: 'Describes this gateway and its plugins.',
    access: 'admin',
    handle: (_, { config, version, publicUrl }) => ({
      name: 'Dragoman',
      version,
      node: process.version,
      baseUrl: `${publicUrl()}/v1`,
      hasOwnConsole: isConsoleApart(config.console),
      configFile: config.file ?? null,
      pluginApi: API_VERSION,
    }),
  },
  'GET /plugins': {
    summary: 'Lists the plugins: their versions, what they contribute, and their last errors.',
    access: 'admin',
    handle: (_, { registry, pluginFaults }) =>
      registry.plugins.map((plugin) => viewPlugin(plugin, pluginFaults.of(plugin.name))),
  },
  'GET /providers': {
    summary: 'Lists the kinds of upstream, each with the JSON Schema of its options.',
    access: 'admin',
    handle: (_, { registry }) =>
      registry.providers.map(({ name, title, description, options }) => ({
        name,
        title,
        description,
        options: describeOptions(options),
      })),
  },
  'GET /models': {
    summary: 'Lists every model with the upstreams that serve it, and the upstreams that cannot list theirs.',
    access: 'admin',
    handle: async (_, { catalogue, upstreams }) => ({
      models: (await catalogue.models(undefined)).map(({ id, upstreams: ids }) => ({ id, upstreams: ids })),
      failures: upstreams.all().flatMap((upstream) => {
        const failure = upstream.config.enabled ? upstreams.list(upstream).failure() : undefined;
        return failure ? [{ upstream: upstream.config.id, message: failure.message }] : [];
      }),
    }),
  },
});

function viewPlugin(plugin: Plugin, errors: PluginErrors | undefined): z.input<typeof pluginViewSchema> {
  const { name, meta, createObserver, tokenizers = [] } = plugin;
  return {
    name,
    version: meta?.version ?? null,
    apiVersion: meta?.apiVersion ?? null,
    protocols: namesOf(plugin.protocols),
    providers: namesOf(plugin.providers),
    hooks: namesOf(plugin.hooks),
    toolFormats: namesOf(plugin.toolFormats),
    observes: createObserver !== undefined,
    countsTokens: tokenizers.length > 0,
    state: errors ? 'failing' : 'ok',
    errors: errors?.count ?? 0,
    lastError: errors ? { ...errors.last, at: new Date(errors.last.at).toISOString() } : null,
  };
}

function namesOf(contributions: readonly { readonly name: string }[] = []): string[] {
  return contributions.map(({ name }) => name);
}

import { z } from 'zod';
import { isConsoleApart } from '../../../config/sections/console.ts';
import { aboutContract } from '../contract/about-contract.ts';
import { defineOperations } from '../operation.ts';

export const aboutOperations = defineOperations(aboutContract, {
  'GET /about': {
    summary: 'Describes this gateway and its plugins.',
    access: 'admin',
    handle: (_, { config, registry, version, publicUrl }) => ({
      name: 'Dragoman',
      version,
      node: process.version,
      baseUrl: `${publicUrl()}/v1`,
      hasOwnConsole: isConsoleApart(config.console),
      configFile: config.file ?? null,
      plugins: registry.plugins.map(({ name, protocols = [], providers = [], createObserver }) => ({
        name,
        protocols: protocols.map((protocol) => protocol.name),
        providers: providers.map((provider) => provider.name),
        observes: createObserver !== undefined,
      })),
    }),
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

/** The schema of the options, with marks for secrets. */
function describeOptions(options: z.ZodObject) {
  return z.toJSONSchema(options, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      if (!('secret' in jsonSchema)) return;
      jsonSchema['x-secret'] = jsonSchema['secret'];
      delete jsonSchema['secret'];
    },
  });
}

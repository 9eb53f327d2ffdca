import { z } from 'zod';
import { isConsoleApart } from '../../../config/sections/console.ts';
import * as contract from '../contract/contract.ts';
import { defineOperation, type Operation } from '../operation.ts';

export const aboutOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/about',
    summary: 'Tells what this gateway is and which plugins it has.',
    access: 'admin',
    response: contract.aboutSchema,
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
  }),
  defineOperation({
    method: 'GET',
    path: '/providers',
    summary: 'Lists the kinds of upstream, each with the JSON Schema of its options.',
    access: 'admin',
    response: z.array(contract.providerViewSchema),
    handle: (_, { registry }) =>
      registry.providers.map(({ name, title, description, options }) => ({
        name,
        title,
        description,
        options: describeOptions(options),
      })),
  }),
  defineOperation({
    method: 'GET',
    path: '/models',
    summary: 'Lists every model with the upstreams that serve it, and the upstreams that cannot tell.',
    access: 'admin',
    response: contract.modelListSchema,
    handle: async (_, { catalogue, upstreams }) => ({
      models: (await catalogue.models(undefined)).map(({ id, upstreams: ids }) => ({ id, upstreams: ids })),
      failures: upstreams.all().flatMap((upstream) => {
        const failure = upstream.config.enabled ? upstreams.list(upstream).failure() : undefined;
        return failure ? [{ upstream: upstream.config.id, message: failure.message }] : [];
      }),
    }),
  }),
];

/** The form of the options: what they take, and which of them are secret. */
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

import { z } from 'zod';
import type { Contract } from './operation-contract.ts';

export const modelViewSchema = z
  .object({ id: z.string(), upstreams: z.array(z.string()) })
  .meta({ id: 'Model' });

export const modelListSchema = z
  .object({
    models: z.array(modelViewSchema),
    failures: z.array(z.object({ upstream: z.string(), message: z.string() })),
  })
  .meta({ id: 'ModelList' });

export const providerViewSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    options: z
      .record(z.string(), z.unknown())
      .describe('JSON Schema of the options; secrets are `writeOnly` and `x-secret`.'),
  })
  .meta({ id: 'Provider' });

export const aboutSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    node: z.string(),
    baseUrl: z.string(),
    hasOwnConsole: z.boolean().describe('Whether the console has its own address.'),
    configFile: z.string().nullable(),
    pluginApi: z.int().describe('The version of the plugin API.'),
  })
  .meta({ id: 'About' });

export const pluginViewSchema = z
  .object({
    name: z.string(),
    version: z.string().nullable().describe('`null` if the plugin does not say.'),
    apiVersion: z.int().nullable().describe('The version of the plugin API that it was written for.'),
    protocols: z.array(z.string()),
    providers: z.array(z.string()),
    hooks: z.array(z.string()),
    toolFormats: z.array(z.string()),
    observes: z.boolean().describe('Whether it observes requests.'),
    countsTokens: z.boolean().describe('Whether it has tokenizers.'),
    state: z
      .enum(['ok', 'failing'])
      .describe('`failing` once it has caused an error since the gateway started.'),
    errors: z.int().describe('How many errors were logged since then.'),
    lastError: z
      .object({ at: z.iso.datetime(), message: z.string(), upstream: z.string().optional() })
      .nullable(),
  })
  .meta({ id: 'Plugin' });

export const reloadSchema = z
  .object({ waiting: z.array(z.string()).describe('Fields that need a restart.') })
  .meta({ id: 'Reload' });

export const aboutContract = {
  'GET /about': { response: aboutSchema },
  'GET /plugins': { response: z.array(pluginViewSchema) },
  'GET /providers': { response: z.array(providerViewSchema) },
  'GET /models': { response: modelListSchema },
} satisfies Contract;

export const reloadContract = {
  'POST /reload': { response: reloadSchema },
} satisfies Contract;

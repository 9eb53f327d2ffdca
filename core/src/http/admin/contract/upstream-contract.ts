import { z } from 'zod';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';
import { RECORD_LEVELS } from '../../../config/recording.ts';
import { relaySchema } from '../../../config/relay.ts';
import {
  concurrencySchema,
  modelSelectionSchema,
  timeoutsSchema,
  upstreamSchema,
} from '../../../config/upstream.ts';
import type { Contract } from './operation-contract.ts';

export const upstreamInputSchema = upstreamSchema.meta({ id: 'UpstreamInput' });

/**
 * A change of an upstream: absent fields stay; groups of fields are replaced as a whole, except `options`, where absent
 * ones stay and `null` removes.
 */
export const upstreamChangeSchema = z
  .strictObject({
    enabled: upstreamSchema.shape.enabled.unwrap(),
    passThrough: upstreamSchema.shape.passThrough.unwrap(),
    relay: relaySchema,
    weight: upstreamSchema.shape.weight.unwrap(),
    priority: upstreamSchema.shape.priority.unwrap(),
    concurrency: concurrencySchema,
    healthCheck: upstreamSchema.shape.healthCheck.unwrap().nullable(),
    limits: limitsSchema.nullable(),
    models: modelSelectionSchema,
    capabilities: upstreamSchema.shape.capabilities.unwrap(),
    timeouts: timeoutsSchema,
    traces: z.enum(RECORD_LEVELS).nullable(),
    options: upstreamSchema.shape.options.unwrap(),
  })
  .partial()
  .meta({ id: 'UpstreamChange' });

export const upstreamViewSchema = upstreamSchema
  .extend({
    origin: z.enum(['file', 'state']).describe('Upstreams of the config file are read-only here.'),
    options: z
      .record(z.string(), z.unknown())
      .describe('Secret options show only `{ "set": true | false }`.'),
    knownModels: z.int().nullable().describe('How many models are known; null until they are discovered.'),
    failure: z
      .string()
      .nullable()
      .describe('Why its models could not be discovered, or why it cannot be used.'),
  })
  .meta({ id: 'Upstream' });

const testModel = z
  .string()
  .min(1)
  .optional()
  .describe('The model to send a test message. Default: the first model in the configured list.');

export const testInputSchema = z.strictObject({ model: testModel }).meta({ id: 'UpstreamTest' });

export const unsavedTestInputSchema = z
  .strictObject({ upstream: upstreamInputSchema, model: testModel })
  .meta({ id: 'UnsavedUpstreamTest' });

export const testResultSchema = z
  .object({
    ok: z.boolean(),
    latencyMs: z.number(),
    models: z.array(z.string()).optional(),
    reply: z.string().optional(),
    error: z.object({ kind: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'UpstreamTestResult' });

export const upstreamContract = {
  'GET /upstreams': { response: z.array(upstreamViewSchema) },
  'POST /upstreams': { body: upstreamInputSchema, response: upstreamViewSchema, status: 201 },
  'POST /upstreams/test': { body: unsavedTestInputSchema, response: testResultSchema },
  'GET /upstreams/:id': { response: upstreamViewSchema },
  'PATCH /upstreams/:id': { body: upstreamChangeSchema, response: upstreamViewSchema },
  'DELETE /upstreams/:id': {},
  'POST /upstreams/:id/test': { body: testInputSchema, response: testResultSchema },
  'POST /upstreams/:id/models': { response: z.array(z.string()) },
} satisfies Contract;

import { z } from 'zod';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';
import { RECORD_LEVELS } from '../../../config/recording.ts';
import { relaySchema } from '../../../config/relay.ts';
import { keySchema } from '../../../state/state.ts';
import type { Contract } from './operation-contract.ts';

const owned = {
  name: z.string().min(1).max(100),
  enabled: z.boolean(),
  expiresAt: z.iso.datetime(),
  models: z.array(z.string().min(1)).describe('Model names that the key may request; `*` matches any text.'),
  upstreams: z.array(z.string().min(1)).describe('Upstreams that may serve the key.'),
  relay: relaySchema.describe(
    'Which requests it may relay: `off`; `stateless`, those that store nothing at the upstream; `all`, also files, batches, stored responses and the rest of the upstream account.',
  ),
  thread: z
    .strictObject({ memory: z.boolean() })
    .describe('Whether the gateway keeps threads and sends their history along.'),
  limits: limitsSchema.describe("The key's limits."),
  traces: z
    .enum(RECORD_LEVELS)
    .describe('What is recorded of its requests, if it differs from the global setting.'),
};

export const keyInputSchema = z
  .strictObject({
    name: owned.name,
    enabled: owned.enabled.default(true),
    expiresAt: owned.expiresAt.optional(),
    models: owned.models.optional(),
    upstreams: owned.upstreams.optional(),
    relay: owned.relay.default('stateless'),
    thread: owned.thread.optional(),
    limits: owned.limits.optional(),
    traces: owned.traces.optional(),
  })
  .meta({ id: 'KeyInput' });

/** A change of a key: absent fields stay, `null` removes a restriction. */
export const keyChangeSchema = z
  .strictObject({
    name: owned.name.optional(),
    enabled: owned.enabled.optional(),
    expiresAt: owned.expiresAt.nullish(),
    models: owned.models.nullish(),
    upstreams: owned.upstreams.nullish(),
    relay: owned.relay.optional(),
    thread: owned.thread.nullish(),
    limits: owned.limits.nullish(),
    traces: owned.traces.nullish(),
  })
  .meta({ id: 'KeyChange' });

export const keyViewSchema = keySchema.omit({ hash: true }).meta({ id: 'Key' });

export const newKeySchema = z
  .object({ key: keyViewSchema, secret: z.string().describe('The key itself, shown only once.') })
  .meta({ id: 'NewKey' });

export const keyContract = {
  'GET /keys': { response: z.array(keyViewSchema) },
  'POST /keys': { body: keyInputSchema, response: newKeySchema, status: 201 },
  'GET /keys/:id': { response: keyViewSchema },
  'PATCH /keys/:id': { body: keyChangeSchema, response: keyViewSchema },
  'DELETE /keys/:id': {},
} satisfies Contract;

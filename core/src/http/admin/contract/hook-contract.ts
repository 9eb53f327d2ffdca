import { HOOK_ACTIONS } from '@dragoman/plugin/internal/canonical/trace-record';
import { z } from 'zod';
import { hookSchema } from '../../../config/hook.ts';
import { providerViewSchema } from './about-contract.ts';
import type { Contract } from './operation-contract.ts';

const { shape } = hookSchema;

/** A change of a hook: absent fields stay. In `options`, absent ones stay and `null` removes. */
export const hookChangeSchema = z
  .strictObject({
    enabled: shape.enabled.unwrap(),
    on: shape.on.unwrap().nullable(),
    order: shape.order.unwrap().nullable(),
    onError: shape.onError.unwrap(),
    timeoutMs: shape.timeoutMs.unwrap(),
    shadow: shape.shadow.unwrap(),
    options: shape.options.unwrap(),
  })
  .partial()
  .meta({ id: 'HookChange' });

export const hookViewSchema = hookSchema
  .extend({
    origin: z.enum(['file', 'state']).describe('Hooks of the config file are read-only here.'),
    options: z
      .record(z.string(), z.unknown())
      .describe('Secret options show only `{ "set": true | false }`.'),
    runs: z
      .int()
      .nullable()
      .describe('Its place among the enabled hooks, from 1; null if it is not enabled.'),
    calls: z
      .partialRecord(z.enum(HOOK_ACTIONS), z.int())
      .describe('How many calls ended with each action since the gateway started.'),
    saved: z.number().describe('What its answers spared since then, in US dollars.'),
    failure: z.string().nullable().describe('Why it cannot be used.'),
  })
  .meta({ id: 'Hook' });

export const hookContract = {
  'GET /hook-types': { response: z.array(providerViewSchema.meta({ id: 'HookType' })) },
  'GET /hooks': { response: z.array(hookViewSchema) },
  'POST /hooks': { body: hookSchema.meta({ id: 'HookInput' }), response: hookViewSchema, status: 201 },
  'PUT /hooks/order': {
    body: z
      .strictObject({ ids: z.array(z.string()).describe('All hooks that are not in the config file.') })
      .meta({ id: 'HookOrder' }),
    response: z.array(hookViewSchema),
  },
  'PATCH /hooks/:id': { body: hookChangeSchema, response: hookViewSchema },
  'DELETE /hooks/:id': {},
} satisfies Contract;

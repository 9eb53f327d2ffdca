import { z } from 'zod';
import { aliasSchema } from '../../../config/routing.ts';
import type { Contract } from './operation-contract.ts';

export const aliasInputSchema = aliasSchema.meta({ id: 'AliasInput' });

export const aliasViewSchema = aliasSchema
  .extend({
    origin: z.enum(['file', 'state']).describe('Aliases of the config file are read-only here.'),
    resolved: z
      .array(z.object({ upstream: z.string(), model: z.string() }))
      .describe('Its current candidates; empty for patterns.'),
  })
  .meta({ id: 'Alias' });

export const aliasContract = {
  'GET /aliases': { response: z.array(aliasViewSchema) },
  'PUT /aliases': { body: aliasInputSchema, response: aliasViewSchema },
  'DELETE /aliases/:name': {},
} satisfies Contract;

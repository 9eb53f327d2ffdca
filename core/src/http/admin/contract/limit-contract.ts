import { z } from 'zod';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';
import type { Contract } from './operation-contract.ts';

export const limitsViewSchema = z
  .object({
    kind: z.enum(['key', 'model', 'upstream']),
    id: z.string(),
    uses: z.array(
      z.object({
        name: limitsSchema.keyof(),
        limit: z.number(),
        used: z.number(),
        resetsAt: z.iso.datetime().optional(),
      }),
    ),
  })
  .meta({ id: 'Limits' });

export const unpricedSchema = z
  .object({
    kind: z.enum(['key', 'alias', 'upstream']),
    name: z.string(),
    models: z.array(z.string()).readonly().describe('As `upstream/model`.'),
  })
  .meta({ id: 'Unpriced' });

export const limitContract = {
  'GET /limits': { response: z.array(limitsViewSchema) },
  'GET /limits/unpriced': { response: z.array(unpricedSchema) },
} satisfies Contract;

import { z } from 'zod';
import type { Contract } from '../operation-contract.ts';

export const replayInputSchema = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .optional()
      .describe('Another model, an alias or `upstream/model`. Default: the same model.'),
  })
  .meta({ id: 'Replay' });

export const replayedSchema = z
  .object({
    id: z.string().describe('The id of the new trace.'),
    status: z.int(),
    body: z.string(),
  })
  .meta({ id: 'Replayed' });

export const passSchema = z
  .object({
    token: z.string().describe('Sent to model endpoints as `x-dragoman-pass`, instead of a key.'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Pass' });

export const replayContract = {
  'POST /traces/:id/replay': { body: replayInputSchema, response: replayedSchema },
} satisfies Contract;

export const passContract = {
  'POST /passes': { response: passSchema, status: 201 },
} satisfies Contract;

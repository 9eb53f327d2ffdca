import { z } from 'zod';
import { BREAKER_STATES } from '../../../upstreams/breaker.ts';
import type { Contract } from './operation-contract.ts';

export const healthViewSchema = z
  .object({
    upstream: z.string(),
    model: z.string(),
    operation: z
      .string()
      .describe('The operation: `chat`, `embed`, `count`, `relay`, or `relay` and a path.'),
    state: z.enum(BREAKER_STATES),
    reason: z.string().nullable().describe('Why it is cooling down: the error kind, or `paused`.'),
    until: z.iso.datetime().nullable().describe('When the cooldown ends.'),
    running: z.int().describe('Running requests.'),
    waiting: z.int().describe('Requests queued for the upstream.'),
    latencyMs: z.number().nullable().describe('Time to the first content, smoothed.'),
    successes: z.int(),
  })
  .meta({ id: 'Health' });

export const pauseSchema = z
  .strictObject({ seconds: z.int().min(1).max(86_400).default(3_600) })
  .meta({ id: 'Pause' });

export const healthContract = {
  'GET /health': { response: z.array(healthViewSchema) },
  'POST /upstreams/:id/pause': { body: pauseSchema, response: z.array(healthViewSchema) },
  'POST /upstreams/:id/resume': { response: z.array(healthViewSchema) },
} satisfies Contract;

import { z } from 'zod';
import { BREAKER_STATES } from '../../../upstreams/breaker.ts';
import type { Contract } from './operation-contract.ts';

export const healthViewSchema = z
  .object({
    upstream: z.string(),
    model: z.string(),
    operation: z
      .string()
      .describe('What it is asked for: `chat`, `embed`, `count`, `relay`, or `relay` and a path.'),
    state: z.enum(BREAKER_STATES),
    reason: z.string().nullable().describe('Why it is not asked: the kind of failure, or `paused`.'),
    until: z.iso.datetime().nullable().describe('When it may be asked again.'),
    running: z.int().describe('Requests that it serves now.'),
    waiting: z.int().describe('Requests that wait for a place at the upstream.'),
    latencyMs: z.number().nullable().describe('Until the first content, smoothed.'),
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

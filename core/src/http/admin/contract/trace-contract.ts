import { z } from 'zod';
import { REFUSALS } from '../../../canonical/errors.ts';
import { ATTEMPT_REASONS, BODIES_KEPT, OUTCOMES } from '../../../canonical/trace-record.ts';
import { statsQuerySchema, traceFilterSchema, traceQuerySchema } from '../../../trace/query.ts';
import type { Contract } from './operation-contract.ts';

export const traceSchema = z
  .object({
    id: z.string(),
    clientRequestId: z.string().optional().describe("The client's own id of the request; not unique."),
    startedAt: z.number().describe('Milliseconds since 1970.'),
    ms: z.number(),
    method: z.string(),
    path: z.string(),
    protocol: z.string(),
    ip: z.string(),
    userAgent: z.string(),
    keyId: z.string().optional(),
    keyName: z.string().optional(),
    model: z.string().optional().describe('As the client asked for it.'),
    thread: z.string().optional(),
    upstream: z.string().optional(),
    upstreamModel: z.string().optional(),
    status: z.int(),
    outcome: z.enum(OUTCOMES),
    errorKind: z.string().optional(),
    errorCode: z.string().optional().describe('What the client was told besides, such as `budget_exceeded`.'),
    refused: z
      .enum(REFUSALS)
      .optional()
      .describe('Why it was refused before any work was done for it; only a sample is recorded.'),
    ttftMs: z.number().optional(),
    overheadMs: z.number().optional(),
    inputTokens: z.int().optional(),
    outputTokens: z.int().optional(),
    cachedTokens: z.int().optional(),
    reasoningTokens: z.int().optional(),
    isEstimated: z
      .boolean()
      .optional()
      .describe('Whether the gateway estimated the tokens, because the upstream did not report them.'),
    tokensPerSecond: z
      .number()
      .optional()
      .describe('From the first content to the end; absent where the reply came at once.'),
    cost: z.number().optional().describe('US dollars; absent when the price is not known.'),
    tools: z.array(z.string()).optional().describe('The tools that the reply calls.'),
    badCalls: z.int().optional().describe('Calls whose arguments are wrong.'),
    finish: z.string().optional(),
    replyId: z.string().optional().describe("The reply's own id, as the client was told it."),
    parent: z.string().optional().describe('The request before in the conversation.'),
    bodies: z
      .enum(BODIES_KEPT)
      .optional()
      .describe('Whether the bodies are kept, or whose setting it is that they are not.'),
    replayOf: z.string().optional().describe('The trace whose request was sent again.'),
    attempts: z.array(
      z.object({
        upstream: z.string(),
        model: z.string(),
        name: z.string().describe('The name that led to it; another one than was asked for is a fallback.'),
        reason: z.enum(ATTEMPT_REASONS),
        queuedMs: z.number(),
        startMs: z.number().describe('From the beginning of the request, as all that follow.'),
        sentMs: z.number().optional(),
        connectedMs: z
          .number()
          .optional()
          .describe('A connection took the request: one that was kept, or one that had to be made first.'),
        headersMs: z.number().optional(),
        firstMs: z.number().optional().describe('The first content.'),
        endMs: z.number(),
        status: z.int().optional(),
        upstreamRequestId: z.string().optional(),
        faults: z
          .array(z.string())
          .optional()
          .describe('How the provider broke the grammar of events; the gateway repaired it.'),
        error: z
          .object({ kind: z.string(), message: z.string(), retryAfterMs: z.number().optional() })
          .optional(),
      }),
    ),
    dropped: z.array(z.object({ field: z.string(), why: z.string() })),
  })
  .meta({ id: 'Trace' });

export const tracePageSchema = z
  .object({ traces: z.array(traceSchema), next: z.string().optional() })
  .meta({ id: 'TracePage' });

export const statsRowSchema = z
  .object({
    at: z.number().optional().describe('When the bucket begins, in milliseconds since 1970.'),
    group: z.string().optional(),
    requests: z.int(),
    errors: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    cost: z.number(),
    unpriced: z.int().describe('Requests whose price is not known.'),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    p50TtftMs: z.number().nullable(),
    p95TtftMs: z.number().nullable(),
  })
  .meta({ id: 'TraceStats' });

export const removedSchema = z.object({ removed: z.int() }).meta({ id: 'Removed' });

const exportQuerySchema = traceFilterSchema.extend({ format: z.enum(['jsonl', 'har']).default('jsonl') });

export const traceContract = {
  'GET /traces': { query: traceQuerySchema, response: tracePageSchema },
  'GET /traces/stats': { query: statsQuerySchema, response: z.array(statsRowSchema) },
  'GET /traces/export': { query: exportQuerySchema, isRaw: true },
  'GET /traces/tail': { isRaw: true },
  'GET /traces/:id': { response: traceSchema },
  'DELETE /traces/:id': {},
  'DELETE /traces': { query: traceFilterSchema, response: removedSchema },
} satisfies Contract;

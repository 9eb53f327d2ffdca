import { z } from 'zod';
import { REFUSALS } from '@dragoman/plugin/internal/canonical/errors';
import {
  ATTEMPT_REASONS,
  BODIES_KEPT,
  FINDING_ACTIONS,
  HOOK_ACTIONS,
  HOOK_PHASES,
  OUTCOMES,
} from '@dragoman/plugin/internal/canonical/trace-record';
import { statsQuerySchema, traceFilterSchema, traceQuerySchema } from '../../../../trace/query.ts';
import type { Contract } from '../operation-contract.ts';

const hookCallSchema = z
  .object({
    hook: z.string().describe('Its id in the configuration.'),
    phase: z.enum(HOOK_PHASES),
    action: z.enum(HOOK_ACTIONS),
    attempt: z.int().optional().describe('The index of the attempt. Absent: for the whole request.'),
    ms: z.number().describe('How long it worked.'),
    isShadow: z.boolean().optional().describe('It only watched: the action is what it would have done.'),
    findings: z
      .array(
        z.object({
          rule: z.string(),
          action: z.enum(FINDING_ACTIONS),
          detail: z.string().optional(),
        }),
      )
      .optional(),
    changed: z.array(z.string()).optional().describe('The paths of the fields that it changed.'),
    error: z.string().optional().describe('Why it failed.'),
    saved: z.number().optional().describe('What its answer spared, in US dollars.'),
  })
  .meta({ id: 'HookCall' });

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
    model: z.string().optional().describe('The requested model.'),
    thread: z.string().optional(),
    upstream: z.string().optional(),
    upstreamModel: z.string().optional(),
    status: z.int(),
    outcome: z.enum(OUTCOMES),
    errorKind: z.string().optional(),
    errorCode: z.string().optional().describe("The client's error code, such as `budget_exceeded`."),
    refused: z.enum(REFUSALS).optional().describe('Why it was refused unread; only a sample is recorded.'),
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
      .describe('From the first content to the end; absent if the reply arrived at once.'),
    cost: z.number().optional().describe('US dollars; absent if the price is unknown.'),
    tools: z.array(z.string()).optional().describe('The tools that the reply calls.'),
    badCalls: z.int().optional().describe('Calls with invalid arguments.'),
    finish: z.string().optional(),
    replyId: z.string().optional().describe("The reply's id, as the client got it."),
    parent: z.string().optional().describe('The previous request of the conversation.'),
    bodies: z.enum(BODIES_KEPT).optional().describe('Whether the bodies are kept, or why not.'),
    replayOf: z.string().optional().describe('The trace that this one replays.'),
    attempts: z.array(
      z.object({
        upstream: z.string(),
        model: z.string(),
        name: z
          .string()
          .describe('The requested name that led to it; it differs from the request in a fallback.'),
        reason: z.enum(ATTEMPT_REASONS),
        queuedMs: z.number(),
        startMs: z.number().describe('From the beginning of the request, like all that follow.'),
        sentMs: z.number().optional(),
        connectedMs: z.number().optional().describe('A connection, pooled or new, took the request.'),
        headersMs: z.number().optional(),
        firstMs: z.number().optional().describe('The first content.'),
        endMs: z.number(),
        status: z.int().optional(),
        upstreamRequestId: z.string().optional(),
        faults: z
          .array(z.string())
          .optional()
          .describe("Faults in the provider's events that the gateway repaired."),
        error: z
          .object({ kind: z.string(), message: z.string(), retryAfterMs: z.number().optional() })
          .optional(),
      }),
    ),
    dropped: z.array(z.object({ field: z.string(), why: z.string() })),
    hooks: z.array(hookCallSchema).optional().describe('The calls of hooks. Absent: no hook applied.'),
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
    unpriced: z.int().describe('Requests with an unknown price.'),
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

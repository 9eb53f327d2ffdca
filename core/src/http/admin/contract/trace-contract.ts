/** The shapes of traces in the admin API. */
import { z } from 'zod';
import { REFUSALS } from '../../../canonical/errors.ts';
import { ATTEMPT_REASONS, BODIES_KEPT, OUTCOMES } from '../../../canonical/trace-record.ts';
import { CALL_STATES } from '../../../trace/tool-calls.ts';

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

export const toolCallSchema = z
  .object({
    traceId: z.string(),
    thread: z.string().optional(),
    model: z.string().optional(),
    calledAt: z.number().describe('Milliseconds since 1970.'),
    callId: z.string(),
    name: z.string(),
    arguments: z.string().describe('As the model wrote them.'),
    growth: z.array(z.tuple([z.number(), z.int()])).describe('When they had grown to what length.'),
    startMs: z.number(),
    endMs: z.number(),
    state: z.enum(CALL_STATES),
    error: z.string().optional(),
    problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    result: z
      .object({ text: z.string(), isError: z.boolean(), by: z.string(), afterMs: z.number() })
      .optional(),
  })
  .meta({ id: 'ToolCall' });

export const toolCallPageSchema = z
  .object({ calls: z.array(toolCallSchema), next: z.string().optional() })
  .meta({ id: 'ToolCallPage' });

export const threadRowSchema = z
  .object({
    thread: z.string(),
    requests: z.int(),
    errors: z.int(),
    toolCalls: z.int(),
    firstAt: z.number(),
    lastAt: z.number(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    cost: z.number(),
  })
  .meta({ id: 'Thread' });

const recordedBodySchema = z
  .object({
    text: z.string(),
    marks: z
      .array(z.tuple([z.int(), z.number()]))
      .describe('Where each piece ends in the text, and when it passed, in milliseconds.'),
    missing: z.int().describe('Bytes that were too many to keep.'),
    isAltered: z.boolean().describe('Whether something was left out before it was kept.'),
  })
  .meta({ id: 'RecordedBody' });

const headersSchema = z.record(z.string(), z.string());
const canonical = z.record(z.string(), z.unknown());

export const traceDetailSchema = z
  .object({
    wire: z.string(),
    query: z.string(),
    params: headersSchema,
    request: z.object({ headers: headersSchema, body: recordedBodySchema.optional() }),
    repeatedHeaders: headersSchema.describe('Those of its headers that a replay sends again.'),
    exchanges: z.array(
      z.object({
        attempt: z.int().describe('Which of the attempts it was for.'),
        method: z.string(),
        url: z.string(),
        headers: headersSchema,
        body: recordedBodySchema.optional(),
        status: z.int().optional(),
        replyHeaders: headersSchema.optional(),
        reply: recordedBodySchema,
      }),
    ),
    reply: z.object({ headers: headersSchema, body: recordedBodySchema }),
    asked: canonical.optional().describe('The request in the terms of the gateway.'),
    events: z.array(z.object({ ms: z.number(), event: canonical })),
    answer: canonical.optional().describe('What the events come to.'),
    problem: z.string().optional().describe('Why the reply could not be read to its end.'),
  })
  .meta({ id: 'TraceDetail' });

export const replayInputSchema = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .optional()
      .describe('Another model, an alias or `upstream/model`. Default: as it was asked for.'),
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
    token: z.string().describe('Sent to model endpoints as `x-dragoman-pass`, in the place of a key.'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Pass' });

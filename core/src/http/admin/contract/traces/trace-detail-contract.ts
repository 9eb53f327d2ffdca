import { z } from 'zod';
import { CALL_STATES, HOOK_PHASES } from '@dragoman/plugin/internal/canonical/trace-record';
import { threadQuerySchema, toolCallQuerySchema } from '../../../../trace/query.ts';
import type { Contract } from '../operation-contract.ts';

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
      .describe('The end of each chunk in the text, and its time, in milliseconds.'),
    missing: z.int().describe('Bytes that were not kept.'),
    isAltered: z.boolean().describe('Whether parts were redacted before it was kept.'),
  })
  .meta({ id: 'RecordedBody' });

const headersSchema = z.record(z.string(), z.string());
/** Something of the gateway's own model. */
const canonical: z.ZodType<object> = z.record(z.string(), z.unknown());

export const traceDetailSchema = z
  .object({
    wire: z.string(),
    query: z.string(),
    params: headersSchema,
    request: z.object({ headers: headersSchema, body: recordedBodySchema.optional() }),
    repeatedHeaders: headersSchema.describe('The headers that a replay sends again.'),
    exchanges: z.array(
      z.object({
        attempt: z.int().describe('The index of its attempt.'),
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
    changes: z
      .array(
        z.object({
          hook: z.string(),
          phase: z.enum(HOOK_PHASES),
          attempt: z.int().optional(),
          path: z.string(),
          before: z.string().optional(),
          after: z.string().optional(),
        }),
      )
      .describe('What hooks changed in the request: the beginning of each difference.'),
    asked: canonical.optional().describe('The decoded request.'),
    events: z.array(z.object({ ms: z.number(), event: canonical })),
    answer: canonical.optional().describe('The folded events.'),
    problem: z.string().optional().describe('Why the reply could not be decoded to its end.'),
  })
  .meta({ id: 'TraceDetail' });

const rawQuerySchema = z.strictObject({
  attempt: z.coerce
    .number<number | string>()
    .int()
    .min(0)
    .optional()
    .describe("An upstream's reply; else what the client got."),
});

const exportQuerySchema = z.strictObject({ format: z.enum(['json', 'har']).default('json') });

export const traceDetailContract = {
  'GET /traces/:id/detail': { response: traceDetailSchema },
  'GET /traces/:id/raw': { query: rawQuerySchema, isRaw: true },
  'GET /traces/:id/export': { query: exportQuerySchema, isRaw: true },
  'GET /tool-calls': { query: toolCallQuerySchema, response: toolCallPageSchema },
  'GET /threads': { query: threadQuerySchema, response: z.array(threadRowSchema) },
} satisfies Contract;

import { z } from 'zod';
import { CALL_STATES, OUTCOMES } from '@dragoman/plugin/internal/canonical/trace-record';

const text = z.string().min(1);
/** Query values are strings, but programs that build one may pass numbers. */
const numeric = z.coerce.number<number | string>();
const number = numeric.min(0);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

/** Selects traces. Strings match as a whole; `*` matches any text. */
export const traceFilterSchema = z.strictObject({
  model: text.optional().describe('The requested model.'),
  upstream: text.optional(),
  key: text.optional().describe('The id or name of a key.'),
  thread: text.optional(),
  protocol: text.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  error: text.optional().describe('An error kind, such as `rate-limit`.'),
  from: instant.optional().describe('At or after this time.'),
  to: instant.optional().describe('Before this time.'),
  minMs: number.optional().describe('The minimum duration.'),
  minCost: number.optional().describe('The minimum cost, in US dollars.'),
  minAttempts: number.optional(),
  tool: text.optional().describe('Replies that call this tool.'),
  badCalls: flag.optional().describe('Whether a tool call has invalid arguments.'),
  replyId: text.optional().describe('The id of the reply, as the client got it.'),
  requestId: text.optional().describe("The id of the request: the gateway's own, or the client's."),
  replayOf: text.optional().describe('The id of the replayed trace.'),
  search: text
    .max(500)
    .optional()
    .describe('Words of prompts, replies and calls; a phrase in quotes. Searches the newest 10,000 matches.'),
});
export type TraceFilter = Readonly<z.output<typeof traceFilterSchema>>;

const SORTS = ['startedAt', 'ms', 'ttftMs', 'cost', 'outputTokens'] as const;
export type TraceSort = (typeof SORTS)[number];

export const traceQuerySchema = traceFilterSchema.extend({
  sort: z.enum(SORTS).default('startedAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
  limit: numeric.int().min(1).max(500).default(50),
  cursor: text.optional().describe('`next` of the previous page.'),
});
export type TraceQuery = Readonly<z.output<typeof traceQuerySchema>>;

export const toolCallQuerySchema = z.strictObject({
  tool: text.optional(),
  state: z
    .enum([...CALL_STATES, 'bad'])
    .optional()
    .describe('`bad`: any state but `ok`.'),
  answered: flag.optional().describe('Whether a later request contains a result.'),
  trace: text.optional().describe('The id of a trace.'),
  thread: text.optional(),
  limit: numeric.int().min(1).max(500).default(50),
  cursor: text.optional().describe('`next` of the previous page.'),
});
export type ToolCallQuery = Readonly<z.output<typeof toolCallQuerySchema>>;

export const threadQuerySchema = z.strictObject({
  from: instant.optional().describe('With requests at or after this time.'),
  limit: numeric.int().min(1).max(500).default(50),
});
export type ThreadQuery = Readonly<z.output<typeof threadQuerySchema>>;

/** A conversation. */
export interface ThreadRow {
  readonly thread: string;
  readonly requests: number;
  readonly errors: number;
  readonly toolCalls: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: number;
}

const STATS_GROUPS = ['model', 'upstream', 'key', 'outcome', 'error'] as const;
export type StatsGroup = (typeof STATS_GROUPS)[number];

export const statsQuerySchema = traceFilterSchema.extend({
  bucketSeconds: numeric
    .int()
    .min(60)
    .max(2_678_400)
    .optional()
    .describe('One row per bucket of this length.'),
  by: z.enum(STATS_GROUPS).optional().describe('One row per value.'),
});
export type StatsQuery = Readonly<z.output<typeof statsQuerySchema>>;

/** One row of statistics, in milliseconds and US dollars; the cost of `unpriced` requests is unknown. */
export interface StatsRow {
  /** When the bucket begins, in milliseconds since 1970. */
  readonly at?: number;
  readonly group?: string;
  readonly requests: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: number;
  readonly unpriced: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly p50TtftMs: number | null;
  readonly p95TtftMs: number | null;
}

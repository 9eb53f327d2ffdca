import { z } from 'zod';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';

const milliseconds = z.int().min(0).max(86_400_000);
const weight = z.number().min(0).max(1_000_000);
const priority = z.int().min(-1000).max(1000);
const name = z.string().min(1).max(256);

const POLICIES = [
  'order',
  'weighted',
  'round-robin',
  'random',
  'least-busy',
  'lowest-latency',
  'lowest-cost',
  'main',
  'affinity',
] as const;
export type PolicyName = (typeof POLICIES)[number];

const policySchema = z.enum(POLICIES).describe('Which of several equal candidates to try first.');
export const weightSchema = weight.describe('The share of requests relative to other candidates.');
export const prioritySchema = priority.describe('Higher goes first; equal priorities share by the policy.');

const retrySchema = z.strictObject({
  repeats: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe('How often all candidates are retried after transient failures.'),
  baseMs: milliseconds
    .default(250)
    .describe('The maximum delay before the first retry; it doubles each time.'),
  maxMs: milliseconds.default(5_000).describe('The maximum delay between two attempts.'),
});
export type Retry = Readonly<z.output<typeof retrySchema>>;

const breakerSchema = z.strictObject({
  failures: z
    .int()
    .min(1)
    .default(5)
    .describe('The number of failures within the window that opens the breaker.'),
  windowMs: milliseconds.default(30_000).describe('How long a failure counts.'),
  openMs: milliseconds.default(15_000).describe('How long it stays open at first; it doubles each time.'),
  maxOpenMs: milliseconds.default(300_000).describe('The maximum time that it stays open.'),
});
export type BreakerRules = Readonly<z.output<typeof breakerSchema>>;

const holdSchema = z.strictObject({
  events: z.int().min(0).default(64),
  bytes: z.int().min(0).default(262_144),
  ms: milliseconds.default(30_000),
});
export type HoldBounds = Readonly<z.output<typeof holdSchema>>;

/** How requests are routed unless a model name says otherwise. */
export const routingSchema = z.strictObject({
  policy: policySchema.default('round-robin'),
  retry: retrySchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  hold: holdSchema.prefault({}).describe('How much of a stream is held until its first content.'),
  waitMs: milliseconds
    .default(2_000)
    .describe('How long a request waits if all candidates are about to recover.'),
});
export type RoutingConfig = Readonly<z.output<typeof routingSchema>>;

const aliasCandidateSchema = z.strictObject({
  upstream: z
    .string()
    .min(1)
    .optional()
    .describe('The id of the upstream. Default: every upstream that serves the model.'),
  model: name.describe(
    "The upstream's model; `*`, or `$1` of a regex, is replaced by what the name matched.",
  ),
  weight: weightSchema.optional(),
  priority: prioritySchema.optional(),
});

/** A name that clients may request, and its candidates. One shape in the file, the state and the admin API. */
export const aliasSchema = z.strictObject({
  name: name.describe(
    'A name, a pattern with `*`, or a regular expression between slashes: `/^team-(.+)$/`.',
  ),
  enabled: z.boolean().default(true),
  candidates: z.array(aliasCandidateSchema).min(1),
  policy: policySchema.optional(),
  fallbacks: z
    .strictObject({
      default: z.array(name).optional().describe('If all candidates failed.'),
      contextWindow: z.array(name).optional().describe('If the prompt is too long for the model.'),
      contentPolicy: z.array(name).optional().describe('If the upstream refuses the content.'),
    })
    .prefault({})
    .describe('Other model names to try, in order.'),
  retry: retrySchema.partial().optional(),
  timeouts: z
    .strictObject({
      firstTokenMs: milliseconds.min(1).optional().describe('For each attempt, until the first content.'),
      totalMs: milliseconds.min(1).optional().describe('For all attempts together.'),
    })
    .prefault({}),
  hedge: z
    .strictObject({
      afterMs: milliseconds
        .optional()
        .describe('Default: the 95th percentile of the time to the first token.'),
    })
    .optional()
    .describe('Hedging: calls a second candidate if the first is slow to begin; the faster one answers.'),
  limits: limitsSchema.optional(),
  thread: z
    .strictObject({ memory: z.boolean() })
    .optional()
    .describe('Whether the gateway keeps threads and sends their history along.'),
});
export type AliasInput = z.input<typeof aliasSchema>;
export type AliasConfig = Readonly<z.output<typeof aliasSchema>>;

/** The regular expression in an alias name between slashes; `undefined` for other names. Throws a `SyntaxError`. */
export function regexOf(aliasName: string): RegExp | undefined {
  const body = /^\/(.+)\/$/s.exec(aliasName)?.[1];
  return body === undefined ? undefined : new RegExp(body, 'u');
}

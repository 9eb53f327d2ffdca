import { z } from 'zod';
import { capabilitiesSchema } from '@dragoman/plugin/internal/plugin/capabilities';
import { limitsSchema } from '@dragoman/plugin/internal/canonical/limits';
import { RECORD_LEVELS } from './recording.ts';
import { relaySchema } from './relay.ts';
import { prioritySchema, weightSchema } from './routing.ts';

/** A name that fits into a URL, and before the slash of `upstream/model`. */
const upstreamIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .describe('Names the upstream, in logs and in model names such as `local/small`.');

const milliseconds = z.int().min(1).max(86_400_000);

export const timeoutsSchema = z.strictObject({
  connectMs: milliseconds.default(10_000).describe('Until the connection is established.'),
  headersMs: milliseconds
    .default(300_000)
    .describe("Until the reply's headers, or the first event of a provider that does not use HTTP."),
  idleMs: milliseconds.default(300_000).describe('Between two chunks of the reply.'),
  totalMs: milliseconds.default(3_600_000).describe('For the whole request.'),
});

export const modelSelectionSchema = z.strictObject({
  list: z
    .array(z.string().min(1))
    .optional()
    .describe('The models, instead of discovering them from the upstream.'),
  allow: z.array(z.string().min(1)).optional().describe('Only these models; `*` matches any text.'),
  deny: z.array(z.string().min(1)).optional().describe('Never these models; `*` matches any text.'),
  rename: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe("Aliases for clients: the client's name, then the upstream's."),
  cacheSeconds: z.int().min(0).default(300).describe('How long a discovered list is cached.'),
});

export const concurrencySchema = z.strictObject({
  max: z.int().min(1).optional().describe('The maximum number of concurrent requests. Default: no limit.'),
  queue: z.int().min(0).default(100).describe('How many more requests may be queued.'),
  queueMs: milliseconds.default(10_000).describe('The maximum time in the queue.'),
});

/** What every upstream has, whatever its provider. One shape in the file, the state and the admin API. */
export const upstreamSchema = z.strictObject({
  id: upstreamIdSchema,
  provider: z.string().min(1).describe('The kind of upstream, named by a plugin.'),
  enabled: z.boolean().default(true),
  passThrough: z
    .boolean()
    .default(true)
    .describe('Pass bytes through unchanged if the client speaks the same protocol.'),
  relay: relaySchema
    .default('all')
    .describe(
      'Which other requests are relayed to it: `off`, `stateless` or `all`. A key may be more restricted.',
    ),
  weight: weightSchema.default(1),
  priority: prioritySchema.default(0),
  concurrency: concurrencySchema.prefault({}),
  healthCheck: z
    .strictObject({ everySeconds: z.int().min(1).max(86_400).default(60) })
    .optional()
    .describe(
      'Requests its models periodically to check its health. Default: health is known from requests only.',
    ),
  limits: limitsSchema.optional().describe('Its limits; beyond them, other upstreams are used.'),
  traces: z
    .enum(RECORD_LEVELS)
    .optional()
    .describe(
      'What is recorded of its requests, if it differs from the global setting: `full`, `no-bodies` or `off`.',
    ),
  models: modelSelectionSchema.prefault({}),
  capabilities: z
    .record(z.string(), capabilitiesSchema.partial())
    .default({})
    .describe('Capabilities by model name; `*` matches any text.'),
  timeouts: timeoutsSchema.prefault({}),
  options: z.record(z.string(), z.unknown()).default({}).describe("The provider's own options."),
});

export type UpstreamInput = z.input<typeof upstreamSchema>;
export type UpstreamConfig = Readonly<z.output<typeof upstreamSchema>>;

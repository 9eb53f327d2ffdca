import { z } from 'zod';
import { capabilitiesSchema } from '../plugin/capabilities.ts';
import { limitsSchema } from '../canonical/limits.ts';
import { RECORD_LEVELS } from './recording.ts';
import { relaySchema } from './relay.ts';
import { prioritySchema, weightSchema } from './routing.ts';

/** A name that fits in a URL and before the slash of `upstream/model`. */
const upstreamIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .describe('Names the upstream, in logs and in model names such as `local/small`.');

const milliseconds = z.int().min(1).max(86_400_000);

export const timeoutsSchema = z.strictObject({
  connectMs: milliseconds.default(10_000).describe('Until the connection stands.'),
  headersMs: milliseconds
    .default(300_000)
    .describe("Until the reply's headers, or the first event of a provider without HTTP."),
  idleMs: milliseconds.default(300_000).describe('Between two pieces of the reply.'),
  totalMs: milliseconds.default(3_600_000).describe('For the whole request.'),
});

export const modelSelectionSchema = z.strictObject({
  list: z.array(z.string().min(1)).optional().describe('The models, instead of asking the upstream.'),
  allow: z.array(z.string().min(1)).optional().describe('Only these; `*` stands for any text.'),
  deny: z.array(z.string().min(1)).optional().describe('Never these; `*` stands for any text.'),
  rename: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe("Other names that clients may use: the client's name, then the upstream's."),
  cacheSeconds: z.int().min(0).default(300).describe('How long a discovered list is kept.'),
});

export const concurrencySchema = z.strictObject({
  max: z.int().min(1).optional().describe('Requests at the same time; any number when it is not set.'),
  queue: z.int().min(0).default(100).describe('How many more may wait.'),
  queueMs: milliseconds.default(10_000).describe('How long one waits at most.'),
});

/** What every upstream has, whatever its provider. One shape in the file, in the state and in the admin API. */
export const upstreamSchema = z.strictObject({
  id: upstreamIdSchema,
  provider: z.string().min(1).describe('The kind of upstream, named by a plugin.'),
  enabled: z.boolean().default(true),
  passThrough: z
    .boolean()
    .default(true)
    .describe('Send the bytes of clients that speak the same protocol on unchanged.'),
  relay: relaySchema
    .default('all')
    .describe('Which other requests are relayed to it: `off`, `stateless` or `all`. A key may allow less.'),
  weight: weightSchema.default(1),
  priority: prioritySchema.default(0),
  concurrency: concurrencySchema.prefault({}),
  healthCheck: z
    .strictObject({ everySeconds: z.int().min(1).max(86_400).default(60) })
    .optional()
    .describe('Asks it for its models every so often, to know that it is up. Default: requests tell.'),
  limits: limitsSchema.optional().describe('What it may be asked for; beyond that, others are asked.'),
  traces: z
    .enum(RECORD_LEVELS)
    .optional()
    .describe(
      'What is recorded of its requests, where that is not as for all: `full`, `no-bodies` or `off`.',
    ),
  models: modelSelectionSchema.prefault({}),
  capabilities: z
    .record(z.string(), capabilitiesSchema.partial())
    .default({})
    .describe('What models can do, by name; `*` stands for any text.'),
  timeouts: timeoutsSchema.prefault({}),
  options: z.record(z.string(), z.unknown()).default({}).describe("The provider's own options."),
});

export type UpstreamInput = z.input<typeof upstreamSchema>;
export type UpstreamConfig = Readonly<z.output<typeof upstreamSchema>>;

/** The shapes of the admin API: checked here, published as OpenAPI, and shared with the console. */
import { z } from 'zod';
import { limitsSchema } from '../../../canonical/limits.ts';
import { relaySchema } from '../../../config/relay.ts';
import { aliasSchema } from '../../../config/routing.ts';
import {
  concurrencySchema,
  modelSelectionSchema,
  timeoutsSchema,
  upstreamSchema,
} from '../../../config/upstream.ts';
import { BREAKER_STATES } from '../../../upstreams/breaker.ts';
import { keySchema } from '../../../state/state.ts';
import { RECORD_LEVELS } from '../../../config/recording.ts';

export * from './audit-contract.ts';
export * from './trace-contract.ts';

export const problemSchema = z.object({ path: z.string(), message: z.string() });

export const errorSchema = z
  .object({
    error: z.object({ code: z.string(), message: z.string(), issues: z.array(problemSchema).optional() }),
  })
  .meta({ id: 'Error' });

export const upstreamInputSchema = upstreamSchema.meta({ id: 'UpstreamInput' });

/**
 * A change of an upstream: fields that are absent stay, groups of fields are replaced whole but for `options`,
 * where what is absent stays and `null` removes.
 */
export const upstreamChangeSchema = z
  .strictObject({
    enabled: upstreamSchema.shape.enabled.unwrap(),
    passThrough: upstreamSchema.shape.passThrough.unwrap(),
    relay: relaySchema,
    weight: upstreamSchema.shape.weight.unwrap(),
    priority: upstreamSchema.shape.priority.unwrap(),
    concurrency: concurrencySchema,
    healthCheck: upstreamSchema.shape.healthCheck.unwrap().nullable(),
    limits: limitsSchema.nullable(),
    models: modelSelectionSchema,
    capabilities: upstreamSchema.shape.capabilities.unwrap(),
    timeouts: timeoutsSchema,
    traces: z.enum(RECORD_LEVELS).nullable(),
    options: upstreamSchema.shape.options.unwrap(),
  })
  .partial()
  .meta({ id: 'UpstreamChange' });

export const upstreamViewSchema = upstreamSchema
  .extend({
    origin: z.enum(['file', 'state']).describe('Upstreams of the config file are read-only here.'),
    options: z
      .record(z.string(), z.unknown())
      .describe('Secret options show only `{ "set": true | false }`.'),
    knownModels: z.int().nullable().describe('How many models are known; null until the upstream has told.'),
    failure: z
      .string()
      .nullable()
      .describe('Why its models could not be discovered, or why it cannot be used.'),
  })
  .meta({ id: 'Upstream' });

export const aliasInputSchema = aliasSchema.meta({ id: 'AliasInput' });

export const aliasViewSchema = aliasSchema
  .extend({
    origin: z.enum(['file', 'state']).describe('Aliases of the config file are read-only here.'),
    resolved: z
      .array(z.object({ upstream: z.string(), model: z.string() }))
      .describe('Who is asked for it now; empty for patterns.'),
  })
  .meta({ id: 'Alias' });

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

export const limitsViewSchema = z
  .object({
    kind: z.enum(['key', 'model', 'upstream']),
    id: z.string(),
    uses: z.array(
      z.object({
        name: limitsSchema.keyof(),
        limit: z.number(),
        used: z.number(),
        resetsAt: z.iso.datetime().optional(),
      }),
    ),
  })
  .meta({ id: 'Limits' });

export const removedSchema = z.object({ removed: z.int() }).meta({ id: 'Removed' });

const testModel = z
  .string()
  .min(1)
  .optional()
  .describe('Asked to say something. Default: the first model that the upstream is configured to list.');

export const testInputSchema = z.strictObject({ model: testModel }).meta({ id: 'UpstreamTest' });

export const unsavedTestInputSchema = z
  .strictObject({ upstream: upstreamInputSchema, model: testModel })
  .meta({ id: 'UnsavedUpstreamTest' });

export const testResultSchema = z
  .object({
    ok: z.boolean(),
    latencyMs: z.number(),
    models: z.array(z.string()).optional(),
    reply: z.string().optional(),
    error: z.object({ kind: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'UpstreamTestResult' });

const owned = {
  name: z.string().min(1).max(100),
  enabled: z.boolean(),
  expiresAt: z.iso.datetime(),
  models: z.array(z.string().min(1)).describe('Names that the key may ask for; `*` stands for any text.'),
  upstreams: z.array(z.string().min(1)).describe('Upstreams that may serve the key.'),
  relay: relaySchema.describe(
    'Which requests are relayed for it: `off`; `stateless`, those that keep nothing at the upstream; `all`, also its files, batches, stored responses and the rest of its account.',
  ),
  thread: z
    .strictObject({ memory: z.boolean() })
    .describe('Whether the gateway keeps what was said in a thread and sends it along.'),
  limits: limitsSchema.describe('What the key may take.'),
  traces: z.enum(RECORD_LEVELS).describe('What is recorded of its requests, where that is not as for all.'),
};

export const keyInputSchema = z
  .strictObject({
    name: owned.name,
    enabled: owned.enabled.default(true),
    expiresAt: owned.expiresAt.optional(),
    models: owned.models.optional(),
    upstreams: owned.upstreams.optional(),
    relay: owned.relay.default('stateless'),
    thread: owned.thread.optional(),
    limits: owned.limits.optional(),
    traces: owned.traces.optional(),
  })
  .meta({ id: 'KeyInput' });

/** A change of a key: fields that are absent stay, `null` lifts a limit. */
export const keyChangeSchema = z
  .strictObject({
    name: owned.name.optional(),
    enabled: owned.enabled.optional(),
    expiresAt: owned.expiresAt.nullish(),
    models: owned.models.nullish(),
    upstreams: owned.upstreams.nullish(),
    relay: owned.relay.optional(),
    thread: owned.thread.nullish(),
    limits: owned.limits.nullish(),
    traces: owned.traces.nullish(),
  })
  .meta({ id: 'KeyChange' });

export const keyViewSchema = keySchema.omit({ hash: true }).meta({ id: 'Key' });

export const newKeySchema = z
  .object({ key: keyViewSchema, secret: z.string().describe('The key itself, shown this once.') })
  .meta({ id: 'NewKey' });

export const modelViewSchema = z
  .object({ id: z.string(), upstreams: z.array(z.string()) })
  .meta({ id: 'Model' });

export const modelListSchema = z
  .object({
    models: z.array(modelViewSchema),
    failures: z.array(z.object({ upstream: z.string(), message: z.string() })),
  })
  .meta({ id: 'ModelList' });

export const providerViewSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    options: z
      .record(z.string(), z.unknown())
      .describe('JSON Schema of the options; secrets are `writeOnly` and `x-secret`.'),
  })
  .meta({ id: 'Provider' });

export const aboutSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    node: z.string(),
    baseUrl: z.string(),
    hasOwnConsole: z.boolean().describe('Whether the console has an address of its own.'),
    configFile: z.string().nullable(),
    plugins: z.array(
      z.object({
        name: z.string(),
        protocols: z.array(z.string()),
        providers: z.array(z.string()),
        observes: z.boolean().describe('Whether it is told of requests.'),
      }),
    ),
  })
  .meta({ id: 'About' });

export const unpricedSchema = z
  .object({
    kind: z.enum(['key', 'alias', 'upstream']),
    name: z.string(),
    models: z.array(z.string()).readonly().describe('As `upstream/model`.'),
  })
  .meta({ id: 'Unpriced' });

export const settingsViewSchema = z
  .object({
    adminPassword: z.object({
      set: z.boolean(),
      fromEnvironment: z
        .boolean()
        .describe('Whether DRAGOMAN_ADMIN_PASSWORD sets it; then it is changed there only.'),
    }),
    adminToken: z.object({ set: z.boolean() }).describe('Set by the environment.'),
    traces: z
      .object({
        record: z.enum(RECORD_LEVELS),
        maxBodyBytes: z.int(),
        redact: z.object({ paths: z.array(z.string()), patterns: z.array(z.string()) }),
        keepMedia: z.boolean(),
        maxAgeMs: z.int(),
        maxCount: z.int(),
        maxBytes: z.int(),
      })
      .describe('What is recorded of requests; it is set in the config file.'),
  })
  .meta({ id: 'Settings' });

const newPassword = z.string().min(8).max(1024);

export const settingsChangeSchema = z
  .strictObject({ adminPassword: newPassword.nullable().optional() })
  .meta({ id: 'SettingsChange' });

export const passwordInputSchema = z.strictObject({ password: newPassword }).meta({ id: 'PasswordInput' });

export const signInSchema = z
  .union([
    z.strictObject({ token: z.string().min(1).describe('From a sign-in link; it works once.') }),
    z.strictObject({ password: z.string().min(1).max(1024) }),
  ])
  .meta({ id: 'SignIn' });

export const sessionSchema = z
  .object({
    signedIn: z.literal(true),
    fresh: z.boolean().describe('Whether it was confirmed recently enough for operations that need it.'),
    password: z.boolean().describe('Whether there is an admin password to confirm with.'),
  })
  .meta({ id: 'Session' });

export const signInViewSchema = z
  .object({
    id: z.string().describe('Names the sign-in; it is no secret.'),
    method: z.enum(['link', 'password']),
    address: z.string().describe('Of the browser when it signed in.'),
    userAgent: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    isCurrent: z.boolean().describe('Whether the request belongs to it.'),
  })
  .meta({ id: 'SignInView' });

export const endedSchema = z.object({ ended: z.int() }).meta({ id: 'Ended' });

export const linkSchema = z.object({ url: z.string() }).meta({ id: 'SignInLink' });

export const reloadSchema = z
  .object({ waiting: z.array(z.string()).describe('Fields that need a restart.') })
  .meta({ id: 'Reload' });

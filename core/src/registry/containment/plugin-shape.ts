import { z } from 'zod';
import { explainIssues, foundInstead } from '../../validation/explain.ts';
import { problemsOf } from '../../validation/issues.ts';
import type { ConfigProblem } from '../../validation/config-error.ts';
import { priceSchema } from '@dragoman/plugin/internal/canonical/limits';
import { ANSWER_KINDS } from '@dragoman/plugin/internal/codec/answer';
import { capabilitiesSchema } from '@dragoman/plugin/internal/plugin/capabilities';
import type { Framing, Plugin } from '@dragoman/plugin';

/** Checks at run time what no compiler checked: plugins in plain JavaScript or for another version. */

type Test = (value: unknown) => boolean;

const must = (what: string, test: Test) =>
  z.custom<unknown>(test, { error: ({ input }) => `expected ${what}, found ${foundInstead(input)}` });

const fn = must('a function', (value) => typeof value === 'function');
const text = z.string().min(1);
const texts = z.array(z.string());
/** Node reports header names in lower case. */
const lowerCase = text.regex(/^[^A-Z]+$/, 'expected a name in lower case');

const zodObject = must('a Zod 4 object, such as z.strictObject({ … })', (value) => {
  const schema = value as {
    readonly safeParse?: unknown;
    readonly _zod?: { readonly def?: { type?: unknown } };
  };
  return typeof schema?.safeParse === 'function' && schema._zod?.def?.type === 'object';
});

const providerTypeSchema = z.object({
  name: text,
  title: z.string(),
  description: z.string(),
  options: zodObject,
  capabilities: z.record(z.string(), capabilitiesSchema.partial()).optional(),
  capabilitiesOf: fn.optional(),
  price: priceSchema.optional(),
  create: fn,
});

const hookTypeSchema = z.object({
  name: text,
  title: z.string(),
  description: z.string(),
  options: zodObject,
  order: z.enum(['pre', 'normal', 'post']).optional(),
  create: fn,
});

const endpoint = {
  path: z.string().startsWith('/', 'expected a path that starts with "/"'),
  wire: text,
  summary: z.string(),
  models: z.object({ fields: texts, content: texts.optional(), prefix: z.string().optional() }).optional(),
};
const accepts = fn.optional();
const framing = z.enum(['sse', 'ndjson', 'json-array'] satisfies Framing[]);

const endpointSchema = z.discriminatedUnion(
  'operation',
  [
    z.object({
      ...endpoint,
      operation: z.literal('chat'),
      method: z.literal('POST'),
      ...{ decodeRequest: fn, encodeReply: fn, encodeStream: fn, encodeStreamError: fn },
      framing: framing.optional(),
      ...{ contentType: text.optional(), keepAlive: z.string().optional() },
      losesState: z.boolean().optional(),
      conversation: z.object({}).optional(),
      ...{
        peek: accepts,
        keepsReply: accepts,
        keepsPart: accepts,
        answersLater: accepts,
        streamForm: accepts,
      },
    }),
    z.object({
      ...endpoint,
      operation: z.literal('count-tokens'),
      method: z.literal('POST'),
      ...{ decodeRequest: fn, encodeCount: fn },
    }),
    z.object({
      ...endpoint,
      operation: z.literal('embed'),
      method: z.literal('POST'),
      ...{ decodeRequest: fn, encodeReply: fn },
    }),
    z.object({
      ...endpoint,
      operation: z.literal('list-models'),
      method: z.literal('GET'),
      ...{ accepts, encodeModels: fn },
    }),
    z.object({
      ...endpoint,
      operation: z.literal('get-model'),
      method: z.literal('GET'),
      ...{ accepts, parameter: text, encodeModel: fn },
    }),
    z.object({
      ...endpoint,
      operation: z.literal('stored-reply'),
      method: z.enum(['GET', 'DELETE']),
      encode: fn,
    }),
    z
      .object({
        ...{ path: endpoint.path, summary: endpoint.summary, answer: fn },
        operation: z.literal('static'),
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        access: z.enum(['open', 'key']),
      })
      .refine(({ method, access }) => method === 'GET' || access === 'key', {
        path: ['access'],
        error: "expected 'key', as only GET may be open",
      }),
    z.object({
      ...endpoint,
      operation: z.literal('relay'),
      method: z.literal('ANY'),
      ...{ stateless: texts, runsLater: texts.optional(), keptReplies: texts, keepsPart: fn.optional() },
    }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union'
        ? 'expected an endpoint whose operation is one of chat, count-tokens, embed, list-models, get-model, stored-reply, static, relay'
        : undefined,
  },
);

const clientSchema = z.object({
  mount: z
    .string()
    .regex(/^(?:\/.*[^/])?$/, 'expected a path that starts with "/" and does not end with one'),
  codec: z.object({ encodeRequest: fn, decodeReply: fn, decodeStream: fn, decodeError: fn }),
  capabilities: capabilitiesSchema.partial().optional(),
  programs: fn.optional(),
  setups: z.record(z.string(), z.string()).optional(),
});

const protocolSchema = z.object({
  name: text,
  title: z.string(),
  endpoints: z.array(endpointSchema),
  credentials: z
    .object({
      ...{ headers: z.array(lowerCase).optional(), query: text.optional(), cookie: text.optional() },
      basic: z.enum(['user', 'password']).optional(),
      read: fn.optional(),
    })
    .optional(),
  clientHeaders: z.array(lowerCase).optional(),
  client: clientSchema.optional(),
  encodeError: fn,
  encodeLimits: fn.optional(),
});

const toolFormatSchema = z.object({
  name: text.refine(
    (name) => name !== 'native',
    'expected another name: "native" means that there is no format',
  ),
  aliases: texts.optional(),
  read: fn,
  retries: z.int().nonnegative().optional(),
  prompt: z.object({ tools: fn, calls: fn, results: fn, escapes: texts.optional(), stop: texts.optional() }),
});

const pluginSchema = z.object({
  name: text,
  meta: z.object({ version: text, apiVersion: z.int() }).optional(),
  createObserver: fn.optional(),
  wireReaders: text.optional(),
  protocols: z.array(protocolSchema).optional(),
  providers: z.array(providerTypeSchema).optional(),
  hooks: z.array(hookTypeSchema).optional(),
  toolFormats: z.array(toolFormatSchema).optional(),
  tokenizers: z.array(z.object({ models: z.instanceof(RegExp), load: fn })).optional(),
});

const providerSchema = z.object({
  chat: fn,
  models: fn.optional(),
  embed: fn.optional(),
  countTokens: fn.optional(),
  close: fn.optional(),
  rateLimits: z
    .array(z.object({ remaining: lowerCase, reset: lowerCase, form: z.enum(['duration', 'date']) }))
    .optional(),
  forward: z
    .object({
      wires: texts,
      send: fn,
      decodeError: fn,
      replyHeaders: texts.optional(),
      answers: z.record(z.string(), z.record(z.string(), z.enum(ANSWER_KINDS))).optional(),
      reader: fn.optional(),
      readEnd: fn.optional(),
    })
    .optional(),
});

const hookObjectSchema = z.object({
  ...{ applies: fn.optional(), request: fn.optional(), attempt: fn.optional() },
  ...{ reply: fn.optional(), raw: fn.optional(), close: fn.optional() },
});

const observerSchema = z.object({ observe: fn, close: fn.optional() });

/** What is wrong with a value that should be a plugin. */
export function pluginProblems(value: unknown, root: readonly PropertyKey[]): readonly ConfigProblem[] {
  const problems = check(pluginSchema, value, root);
  const name = (value as Partial<Plugin> | undefined)?.name;
  if (typeof name !== 'string') return problems;
  return problems.map(({ path, message }) => ({
    path,
    message: `${message} (plugin ${JSON.stringify(name)})`,
  }));
}

/** What is wrong with the result of a provider's `create`; each is part of a sentence. */
export function providerProblems(value: unknown): readonly string[] {
  return check(providerSchema, value).map(described);
}

/** Like {@link providerProblems}, for a hook's `create`. */
export function hookProblems(value: unknown): readonly string[] {
  return check(hookObjectSchema, value).map(described);
}

/** Like {@link providerProblems}, for `createObserver`. */
export function observerProblems(value: unknown): readonly string[] {
  return check(observerSchema, value).map(described);
}

function check(
  schema: z.ZodType,
  value: unknown,
  root: readonly PropertyKey[] = [],
): readonly ConfigProblem[] {
  const parsed = schema.safeParse(value, { error: explainIssues({ showsValues: true }), reportInput: true });
  return parsed.success ? [] : problemsOf(parsed.error, { root });
}

function described({ path, message }: ConfigProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

import { z } from 'zod';
import { EFFORT_LEVELS } from '@dragoman/plugin/internal/codec/effort';
import type { Contract } from './operation-contract.ts';

/** What the playground shows of a protocol. */
const protocolViewSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    curl: z
      .string()
      .optional()
      .describe(
        'A first request, where `{{origin}}` stands for the address of the gateway. Absent: it cannot be tried.',
      ),
    setups: z
      .array(z.object({ name: z.string(), text: z.string() }))
      .describe('As `curl`, for well-known clients.'),
  })
  .meta({ id: 'Protocol' });

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

const imagePart = z.strictObject({
  type: z.literal('media'),
  media: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), mimeType: z.string().min(1), data: z.string() }),
    z.strictObject({ type: z.literal('url'), url: z.string().min(1) }),
  ]),
});

const callPart = z.strictObject({
  type: z.literal('tool-call'),
  id: z.string(),
  name: z.string(),
  form: z.literal('json'),
  arguments: z.string(),
});

const resultPart = z.strictObject({
  type: z.literal('tool-result'),
  callId: z.string(),
  name: z.string(),
  isError: z.boolean(),
  content: z.array(textPart),
});

/** A request in the gateway's own terms: of `ChatRequest`, what a person can say in the playground. */
const playgroundRequestSchema = z.strictObject({
  model: z.string().min(1),
  system: z.array(
    z.strictObject({ role: z.literal('system'), rank: z.literal('system'), content: z.array(textPart) }),
  ),
  messages: z.array(
    z.discriminatedUnion('role', [
      z.strictObject({
        role: z.literal('user'),
        content: z.array(z.discriminatedUnion('type', [textPart, imagePart, resultPart])),
      }),
      z.strictObject({
        role: z.literal('assistant'),
        content: z.array(z.discriminatedUnion('type', [textPart, callPart])),
      }),
    ]),
  ),
  tools: z.array(
    z.strictObject({
      kind: z.literal('function'),
      name: z.string().min(1),
      description: z.string().exactOptional(),
      schema: z.record(z.string(), z.unknown()).describe('The JSON Schema of what it takes.'),
    }),
  ),
  maxTokens: z.int().min(1).exactOptional(),
  sampling: z.strictObject({ temperature: z.number().exactOptional(), topP: z.number().exactOptional() }),
  reasoning: z.strictObject({ effort: z.enum(EFFORT_LEVELS).exactOptional() }),
});

export const playgroundInputSchema = z
  .strictObject({
    protocol: z.string().describe('Which protocol it is sent in: the name of one that has a `curl`.'),
    request: playgroundRequestSchema,
  })
  .meta({ id: 'PlaygroundInput' });

const codeInputSchema = playgroundInputSchema
  .extend({ origin: z.url({ protocol: /^https?$/ }).describe('The address of the gateway in the code.') })
  .meta({ id: 'CodeInput' });

const codeSchema = z.array(z.object({ name: z.string(), text: z.string() })).meta({ id: 'Code' });

export const playgroundContract = {
  'GET /protocols': { response: z.array(protocolViewSchema) },
  'POST /playground/chat': { body: playgroundInputSchema, isRaw: true },
  'POST /playground/code': { body: codeInputSchema, response: codeSchema },
} satisfies Contract;

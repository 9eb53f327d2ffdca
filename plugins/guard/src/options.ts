import { secret } from '@dragoman/plugin';
import { z } from 'zod';
import { parsePattern } from './pattern/parse-pattern.ts';
import { compile } from './pattern/program.ts';
import { Automaton } from './pattern/automaton.ts';

/** Where the guard looks. */
export const PLACES = [
  'system',
  'messages',
  'tool-results',
  'tool-arguments',
  'reply',
  'reply-arguments',
] as const;
export type Place = (typeof PLACES)[number];

/** What is done about a finding: it is only noted, it is replaced by a placeholder, or the request is refused. */
const ACTIONS = ['pass', 'mask', 'refuse'] as const;
export type Action = (typeof ACTIONS)[number];

/** What has no place in a text can only be noted, or refused. */
const verdict = z.enum(['pass', 'refuse']);

const detector = (title: string, description: string) =>
  z.enum(ACTIONS).optional().meta({ title, description });

const pattern = z.string().check(({ value, issues }) => {
  const problem = problemOf(value);
  if (problem !== undefined) issues.push({ code: 'custom', input: value, message: problem });
});

/** Why a pattern cannot be used. */
function problemOf(source: string): string | undefined {
  try {
    return new Automaton(compile(parsePattern(source))).matchesNothing
      ? 'matches where there is no text'
      : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const patternRule = z.union([
  pattern,
  z.strictObject({ pattern, action: z.enum(ACTIONS).optional(), ignoreCase: z.boolean().optional() }),
]);

export const guardOptions = z.strictObject({
  places: z.array(z.enum(PLACES)).default(['system', 'messages', 'tool-results', 'tool-arguments']).meta({
    title: 'Places',
    description:
      'Where to look: `system`, `messages`, `tool-results` and `tool-arguments` in requests, `reply` and `reply-arguments` in replies.',
  }),
  emails: detector('E-mail addresses', 'What to do with e-mail addresses.'),
  phones: detector('Phone numbers', 'International numbers with `+` or `00`, and Chinese mobile numbers.'),
  creditCards: detector('Credit cards', 'Card numbers with the right check digit and a known network.'),
  ibans: detector('Bank accounts', 'IBANs with the right check digits and length.'),
  chineseIds: detector(
    'Chinese identity numbers',
    'Resident identity numbers with the right check character.',
  ),
  secrets: detector('Secrets', 'API keys and tokens of known shapes, passwords in URLs, and private keys.'),
  highEntropy: detector('High entropy', 'Tokens that look drawn at random, such as keys of unknown shapes.'),
  words: z
    .array(z.string().max(200))
    .max(10_000)
    .default([])
    .meta({ title: 'Words', description: 'Words and phrases to look for, whatever their case.' }),
  wordsAction: z.enum(ACTIONS).default('mask').meta({ title: 'Action for words' }),
  patterns: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be like `order-number`'), patternRule)
    .default({})
    .meta({
      title: 'Patterns',
      description:
        'Regular expressions by name: `{ "order-number": "ORD-[0-9]{6}" }`, or `{ "pattern": …, "action": …, "ignoreCase": … }` for one with its own action.',
    }),
  patternsAction: z.enum(ACTIONS).default('mask').meta({ title: 'Action for patterns' }),
  putBack: z.boolean().default(true).meta({
    title: 'Put back',
    description: 'Whether replies have the values again that were masked in the request.',
  }),
  maxCharacters: z.int().positive().optional().meta({
    title: 'Most characters',
    description: 'The most characters of a request: its texts, tool results and arguments together.',
  }),
  maxTokens: z.int().positive().optional().meta({
    title: 'Most tokens',
    description: 'The same in tokens, estimated as a fourth of the bytes.',
  }),
  sizeAction: verdict.default('refuse').meta({ title: 'Action for long requests' }),
  replySchema: z.record(z.string(), z.unknown()).optional().meta({
    title: 'Schema of replies',
    description: 'A JSON Schema that the text of each reply must match, unless the model calls tools.',
  }),
  replySchemaAction: verdict.default('refuse').meta({ title: 'Action for other replies' }),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      title: 'Webhook',
      description: 'Asked about each text; it answers whether to allow, mask or refuse it.',
    }),
  webhookSecret: secret(
    z
      .string()
      .min(1)
      .optional()
      .meta({ title: 'Secret of the webhook', description: 'Signs what is sent to it.' }),
  ),
  webhookOn: z.enum(['requests', 'replies', 'both']).default('requests').meta({
    title: 'Webhook on',
    description: 'A reply is held back as a whole until the webhook has answered.',
  }),
  webhookTimeoutMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(2_000)
    .meta({ title: 'Time limit of the webhook (ms)' }),
});

export type GuardOptions = z.output<typeof guardOptions>;

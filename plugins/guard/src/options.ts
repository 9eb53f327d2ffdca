import { secret } from '@dragoman/plugin';
import { z } from 'zod';
import { parsePattern } from './pattern/parse-pattern.ts';
import { compile } from './pattern/program.ts';
import { Automaton } from './pattern/automaton.ts';

/** Where the guard can look. */
export const PLACES = [
  'system',
  'messages',
  'tool-results',
  'tool-arguments',
  'reply',
  'reply-arguments',
] as const;
export type Place = (typeof PLACES)[number];

/** Reports a match, replaces it with a placeholder, or refuses the request. */
const ACTIONS = ['pass', 'mask', 'refuse'] as const;
export type Action = (typeof ACTIONS)[number];

/** For what has no place in a text, and cannot be masked. */
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
    return new Automaton(compile(parsePattern(source))).matchesNothing ? 'matches empty text' : undefined;
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
  creditCards: detector('Credit cards', 'Card numbers of known networks with a valid check digit.'),
  ibans: detector('Bank accounts', 'IBANs with valid check digits.'),
  chineseIds: detector('Chinese ID numbers', 'Resident ID numbers with a valid check character.'),
  secrets: detector('Secrets', 'API keys and tokens of known formats, passwords in URLs, and private keys.'),
  highEntropy: detector('High entropy', 'Random-looking tokens, such as keys of unknown formats.'),
  words: z
    .array(z.string().max(200))
    .max(10_000)
    .default([])
    .meta({ title: 'Words', description: 'Words and phrases, ignoring case.' }),
  wordsAction: z
    .enum(ACTIONS)
    .default('mask')
    .meta({ title: 'Action for words', description: 'What to do with these words.' }),
  patterns: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name such as `order-number`'), patternRule)
    .default({})
    .meta({
      title: 'Patterns',
      description:
        'Regular expressions by name: `{ "order-number": "ORD-[0-9]{6}" }`. Instead of a pattern, `{ "pattern": …, "action": …, "ignoreCase": … }` sets its own action.',
    }),
  patternsAction: z
    .enum(ACTIONS)
    .default('mask')
    .meta({ title: 'Action for patterns', description: 'What to do with matches of these patterns.' }),
  restore: z.boolean().default(true).meta({
    title: 'Restore',
    description: 'Restores the values masked in the request in its reply.',
  }),
  maxCharacters: z.int().positive().optional().meta({
    title: 'Maximum characters',
    description: 'The maximum size of all texts of a request together.',
  }),
  maxTokens: z.int().positive().optional().meta({
    title: 'Maximum tokens',
    description: 'The same in tokens, estimated as a quarter of the bytes.',
  }),
  sizeAction: verdict
    .default('refuse')
    .meta({ title: 'Action for long requests', description: 'What to do with longer requests.' }),
  replySchema: z.record(z.string(), z.unknown()).optional().meta({
    title: 'Reply schema',
    description: 'A JSON Schema that the text of a reply must match, unless it calls tools.',
  }),
  replySchemaAction: verdict
    .default('refuse')
    .meta({ title: 'Action for invalid replies', description: 'What to do with replies that do not match.' }),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ title: 'Webhook URL', description: 'Is asked whether to allow, mask or refuse the texts.' }),
  webhookSecret: secret(
    z
      .string()
      .min(1)
      .optional()
      .meta({ title: 'Webhook secret', description: 'Signs the requests to the webhook.' }),
  ),
  webhookOn: z.enum(['requests', 'replies', 'both']).default('requests').meta({
    title: 'Webhook checks',
    description: 'A reply is held back completely until the webhook has answered.',
  }),
  webhookTimeoutMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(2_000)
    .meta({ title: 'Webhook timeout', description: 'In milliseconds.' }),
});

export type GuardOptions = z.output<typeof guardOptions>;

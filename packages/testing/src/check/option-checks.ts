import { z } from 'zod';
import type { Check } from './check.ts';
import { must, mustEqual } from './expect.ts';

interface Optioned {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly options: z.ZodObject;
}

/** What holds for every kind of thing with options: they make a type, a check and a form. */
export function optionChecks(
  { name, title, description, options }: Optioned,
  valid: () => Promise<unknown>,
): readonly Check[] {
  const published = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(options, { io: 'input' });
  const fields = (): readonly (readonly [string, Record<string, unknown>])[] =>
    Object.entries(published().properties ?? {}) as [string, Record<string, unknown>][];
  const check = (rule: string, title: string, run: () => void | Promise<void>): Check => ({
    rule,
    title,
    run: async () => run(),
  });
  return [
    check('has-a-name', 'has a name for URLs, a title and a description', () => {
      must(/^[a-z0-9][a-z0-9-]*$/.test(name), `The name ${name} has other characters than a-z, 0-9 and "-".`);
      must(title !== '' && description !== '', 'The title or the description is empty.');
    }),
    check('publishes-options', 'publishes its options as JSON Schema that survives JSON', () => {
      mustEqual(published().type, 'object', 'The type of the options');
      mustEqual(JSON.parse(JSON.stringify(published())), published(), 'The schema after JSON');
    }),
    check('explains-options', 'gives each option a title and a description', () => {
      for (const [field, schema] of fields())
        must(
          isText(schema['title']) && isText(schema['description']),
          `The option ${field} has no title or no description in its meta.`,
        );
    }),
    check('marks-secrets', 'marks options that are secrets', () => {
      for (const [field, schema] of fields().filter(([field]) => /(key|token|secret|password)$/i.test(field)))
        must(schema['secret'] === true, `The option ${field} is not marked as secret(…).`);
    }),
    check('refuses-unknown-options', 'refuses an option that it does not know', async () => {
      const known = await valid();
      const { success, error } = options.safeParse(known);
      must(success, `The options of the contract are refused: ${error && z.prettifyError(error)}`);
      const isAccepted = options.safeParse({ ...(known as object), noSuchOption: 1 }).success;
      must(!isAccepted, 'An unknown option is accepted: use z.strictObject, so that a typo is found.');
    }),
  ];
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

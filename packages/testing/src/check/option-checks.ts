import { z } from 'zod';
import type { Check } from './check.ts';
import { must, mustEqual } from './expect.ts';

/** Something with options, and options that it must take. */
export interface Optioned {
  readonly type: OptionedType;
  readonly valid: unknown;
}

interface OptionedType {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly options: z.ZodObject;
}

/** What holds for every kind of thing with options: they make a type, a check and a form. */
export function optionChecks(load: () => Promise<Optioned>): readonly Check[] {
  const check = (rule: string, title: string, run: (subject: Optioned) => void): Check => ({
    rule,
    title,
    run: async () => run(await load()),
  });
  return [
    check('has-a-name', 'has a name for URLs, a title and a description', ({ type }) => {
      const { name, title, description } = type;
      must(/^[a-z0-9][a-z0-9-]*$/.test(name), `The name ${name} has other characters than a-z, 0-9 and "-".`);
      must(title !== '' && description !== '', 'The title or the description is empty.');
    }),
    check('publishes-options', 'publishes its options as JSON Schema that survives JSON', ({ type }) => {
      const schema = schemaOf(type);
      mustEqual(schema.type, 'object', 'The type of the options');
      mustEqual(JSON.parse(JSON.stringify(schema)), schema, 'The schema after JSON');
    }),
    check('explains-options', 'gives each option a title and a description', ({ type }) => {
      for (const [field, schema] of fieldsOf(type))
        must(
          isText(schema['title']) && isText(schema['description']),
          `The option ${field} has no title or no description in its meta.`,
        );
    }),
    check('marks-secrets', 'marks options that are secrets', ({ type }) => {
      for (const [field, schema] of fieldsOf(type).filter(([field]) => SECRET.test(field)))
        must(schema['secret'] === true, `The option ${field} is not marked as secret(…).`);
    }),
    check('refuses-unknown-options', 'refuses an option that it does not know', ({ type, valid }) => {
      const { success, error } = type.options.safeParse(valid);
      must(success, `The options of the contract are refused: ${error && z.prettifyError(error)}`);
      const isAccepted = type.options.safeParse({ ...(valid as object), noSuchOption: 1 }).success;
      must(!isAccepted, 'An unknown option is accepted: use z.strictObject, so that a typo is found.');
    }),
  ];
}

const SECRET = /(key|token|secret|password)$/i;

const schemaOf = ({ options }: OptionedType): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(options, { io: 'input' });

function fieldsOf(type: OptionedType): readonly (readonly [string, Record<string, unknown>])[] {
  return Object.entries(schemaOf(type).properties ?? {}) as [string, Record<string, unknown>][];
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

import { z } from 'zod';

/** The JSON Schema of options, with marks for secrets. */
export function describeOptions(options: z.ZodObject) {
  return z.toJSONSchema(options, {
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      if (!('secret' in jsonSchema)) return;
      jsonSchema['x-secret'] = jsonSchema['secret'];
      delete jsonSchema['secret'];
    },
  });
}

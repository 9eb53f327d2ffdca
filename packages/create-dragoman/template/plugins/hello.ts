import { definePlugin, defineProvider, packageVersion } from '@dragoman/plugin';
import { z } from 'zod';

/** A kind of upstream that greets. Change the text while `npm run dev` runs, and ask the model `hello` again. */
const helloProvider = defineProvider({
  name: 'hello',
  title: 'Hello',
  description: 'Greets whoever asks.',
  options: z.strictObject({
    name: z.string().default('world').meta({ title: 'Name', description: 'Who is greeted.' }),
  }),
  create: ({ name }) => ({
    models: () => Promise.resolve([{ id: 'hello' }]),
    async *chat({ model }, { requestId }) {
      yield { type: 'start', id: requestId, model };
      yield { type: 'block-start', index: 0, block: { type: 'text' } };
      yield { type: 'block-delta', index: 0, delta: `Hello, ${name}!` };
      yield { type: 'block-end', index: 0 };
      yield { type: 'finish', reason: 'stop' };
    },
  }),
});

export const hello = definePlugin(() => ({
  name: 'hello',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  providers: [helloProvider],
}));

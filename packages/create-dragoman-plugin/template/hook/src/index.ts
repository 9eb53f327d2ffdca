import { defineHook, definePlugin, packageVersion, refuse } from '@dragoman/plugin';
import { z } from 'zod';

/** Refuses requests that have one of some words. */
const hook = defineHook({
  name: 'acme',
  title: 'Acme',
  description: 'Refuses requests with certain words.',
  options: z.strictObject({
    words: z.array(z.string().min(1)).min(1).meta({ title: 'Words', description: 'In any case.' }),
  }),
  create({ words }) {
    const unwanted = words.map((word) => word.toLowerCase());
    return {
      request(request, on) {
        const texts = request.messages.flatMap(({ content }) =>
          content.map((part) => ('text' in part ? part.text.toLowerCase() : '')),
        );
        if (!unwanted.some((word) => texts.some((text) => text.includes(word)))) return request;
        on.note({ rule: 'words', action: 'refuse' });
        return refuse('The request has a word that is not allowed here.', 'word_not_allowed');
      },
    };
  },
});

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, hooks: [hook] }));

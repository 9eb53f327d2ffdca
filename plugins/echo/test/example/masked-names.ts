import { type ChatRequest, defineHook, definePlugin, mapText, refuse } from '@dragoman/plugin';
import { z } from 'zod';

const options = z.strictObject({
  name: z.string().min(1).meta({ title: 'Name', description: 'Upstreams see ▢ in its place.' }),
  forbidden: z.array(z.string()).default([]).meta({ title: 'Forbidden words' }),
});

/** Keeps a name from upstreams, and puts it back into replies. */
const maskedNames = defineHook({
  name: 'masked-names',
  title: 'Masked names',
  description: 'Keeps a name from upstreams.',
  options,
  create: ({ name, forbidden }) => ({
    request(request, { note }) {
      const text = JSON.stringify(request.messages);
      const word = forbidden.find((one) => text.includes(one));
      if (word !== undefined) refuse('The request has a forbidden word.', 'forbidden_word');
      if (!text.includes(name)) return request;
      note({ rule: 'name', action: 'change' });
      // Requests are frozen: a changed one is a copy.
      const messages = JSON.parse(text.replaceAll(name, '▢')) as ChatRequest['messages'];
      return { ...request, messages };
    },
    // The sign is one character, so no piece of a stream can cut it.
    reply: (events) => mapText(events, () => ({ push: (text) => text.replaceAll('▢', name), end: () => '' })),
  }),
});

export const maskedNamesPlugin = definePlugin(() => ({ name: 'masked-names', hooks: [maskedNames] }));

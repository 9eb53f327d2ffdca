import { defineProvider, secret } from '@dragoman/plugin';
import { openaiCompatible } from '@dragoman/plugin-openai';
import { z } from 'zod';

export const acme = defineProvider({
  name: 'acme',
  title: 'Acme',
  description: 'Models of Acme.',
  options: z.strictObject({ apiKey: secret(z.string().meta({ title: 'API key' })) }),
  create: ({ apiKey }) =>
    openaiCompatible({
      baseUrl: 'https://api.acme.example/v1',
      headers: { authorization: `Bearer ${apiKey}` },
    }),
});

import {
  definePlugin,
  defineProvider,
  errorObject,
  GatewayError,
  isJsonObject,
  packageVersion,
  secret,
} from '@dragoman/plugin';
import { openaiCompatible } from '@dragoman/plugin-openai';
import { z } from 'zod';

/** Almost OpenAI's API: everything is in an envelope, and errors are numbers. */
const provider = defineProvider({
  name: 'acme',
  title: 'Acme',
  description: 'Models of Acme.',
  options: z.strictObject({
    baseUrl: z.url().meta({ title: 'Base URL', description: 'Where `/v2/chat` begins.' }),
    apiKey: secret(z.string().min(1).meta({ title: 'API key', description: 'Sent as `x-acme-key`.' })),
  }),
  create: ({ baseUrl, apiKey }) =>
    openaiCompatible({
      baseUrl,
      headers: ({ caller }) => ({ 'x-acme-key': apiKey, 'x-acme-user': caller.user ?? 'anyone' }),
      paths: { chat: '/v2/chat', models: '/v2/models' },
      bodyIn: ({ max_completion_tokens: max = 4096, ...body }) => ({ ...body, max_output: max }),
      replyOut: ({ result, ...rest }) => (isJsonObject(result) ? result : { error: rest }),
      decodeError: (_status, _headers, body) =>
        errorObject(body)['code'] === 4029 ? new GatewayError('rate-limit', 'Slow down.') : undefined,
    }),
});

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, providers: [provider] }));

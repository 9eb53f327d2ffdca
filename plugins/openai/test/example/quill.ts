import { defineProvider, errorObject, GatewayError, isJsonObject, secret } from '@dragoman/plugin';
import { openaiCompatible } from '@dragoman/plugin-openai';
import { z } from 'zod';

/** Almost OpenAI's API: everything is in an envelope, and errors are numbers. */
export const quill = defineProvider({
  name: 'quill',
  title: 'Quill',
  description: 'Models of Quill.',
  options: z.strictObject({
    baseUrl: z.url().meta({ title: 'Base URL', description: 'Where `/v2/chat` begins.' }),
    apiKey: secret(z.string().min(1).meta({ title: 'API key', description: 'Sent as `x-quill-key`.' })),
  }),
  create: ({ baseUrl, apiKey }) =>
    openaiCompatible({
      baseUrl,
      headers: ({ caller }) => ({ 'x-quill-key': apiKey, 'x-quill-user': caller.user ?? 'anyone' }),
      paths: { chat: '/v2/chat', models: '/v2/catalog' },
      framing: 'ndjson',
      bodyIn: ({ max_completion_tokens: max = 4096, ...body }) => ({ ...body, max_output: max }),
      replyOut: ({ result, ...rest }) => (isJsonObject(result) ? result : { error: rest }),
      decodeError: (_status, _headers, body) =>
        errorObject(body)['code'] === 4029
          ? new GatewayError('rate-limit', 'Quill wants a pause.')
          : undefined,
      decodeModels: (body) => {
        const items = isJsonObject(body) && Array.isArray(body['items']) ? body['items'] : [];
        return items
          .filter(isJsonObject)
          .flatMap(({ name }) => (typeof name === 'string' ? [{ id: name }] : []));
      },
    }),
});

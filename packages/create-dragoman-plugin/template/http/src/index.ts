import { definePlugin, defineProvider, GatewayError, packageVersion, secret } from '@dragoman/plugin';
import { z } from 'zod';

const options = z.strictObject({
  baseUrl: z.url().meta({ title: 'Base URL', description: 'Where the server listens.' }),
  apiKey: secret(z.string().min(1).meta({ title: 'API key', description: 'Sent as a bearer token.' })),
});

/** A kind of upstream that answers `POST /say` with plain text, as it is written. */
const provider = defineProvider({
  name: 'acme',
  title: 'Acme',
  description: 'A server that takes a prompt and streams plain text back.',
  options,
  create: ({ baseUrl, apiKey }) => ({
    async *chat(request, { http, requestId }) {
      const prompt = request.messages.flatMap((message) =>
        message.content.map((part) => ('text' in part ? part.text : '')),
      );
      const { status, body } = await http.send({
        method: 'POST',
        url: `${baseUrl}/say`,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'text/plain' },
        body: prompt.join('\n'),
      });
      if (status !== 200) {
        body.destroy();
        throw new GatewayError(status === 429 ? 'rate-limit' : 'upstream-broken', `Status ${status}.`);
      }
      yield { type: 'start', id: requestId, model: request.model };
      yield { type: 'block-start', index: 0, block: { type: 'text' } };
      for await (const delta of body.setEncoding('utf8')) yield { type: 'block-delta', index: 0, delta };
      yield { type: 'block-end', index: 0 };
      yield { type: 'finish', reason: 'stop' };
    },
  }),
});

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, providers: [provider] }));

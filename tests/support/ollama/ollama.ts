import {
  createHttpProvider,
  definePlugin,
  defineProtocol,
  defineProvider,
  FieldReader,
  type UpstreamCodec,
} from '@dragoman/plugin';
import { z } from 'zod';
import { decodeError, decodeReply, decodeStream, readEnd } from './decode-reply.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError, encodeReply, encodeStream, encodeStreamError } from './encode-reply.ts';
import { encodeRequest } from './encode-request.ts';
import { OLLAMA } from './wire.ts';

const codec: UpstreamCodec = { encodeRequest, decodeReply, decodeStream, decodeError, readEnd };

/** The version that clients are told: some leave out what older servers lack. */
const SPOKEN_VERSION = '0.12.0';

export const ollamaProtocol = defineProtocol({
  name: OLLAMA,
  title: 'Ollama chat',
  endpoints: [
    {
      operation: 'chat',
      method: 'POST',
      path: '/api/chat',
      wire: OLLAMA,
      summary: 'Answers a conversation.',
      framing: 'ndjson',
      decodeRequest,
      encodeReply,
      encodeStream,
      encodeStreamError,
    },
    {
      operation: 'list-models',
      method: 'GET',
      path: '/api/tags',
      wire: OLLAMA,
      summary: 'Lists the models.',
      encodeModels: (models) => ({ models: models.map(({ id }) => ({ name: id, model: id })) }),
    },
    {
      operation: 'static',
      method: 'GET',
      path: '/api/version',
      summary: 'The version of the protocol.',
      access: 'open',
      answer: () => ({ body: { version: SPOKEN_VERSION } }),
    },
    {
      operation: 'static',
      method: 'GET',
      path: '/api/ps',
      summary: 'Lists the models that are loaded: all of them.',
      access: 'key',
      answer: async (_, { models }) => ({
        body: { models: (await models()).map(({ id }) => ({ name: id, model: id, size_vram: 0 })) },
      }),
    },
    {
      operation: 'static',
      method: 'POST',
      path: '/api/show',
      summary: 'Describes a model.',
      access: 'key',
      async answer({ body }, { models }) {
        const name = new FieldReader(body).string('model');
        const found = (await models()).find(({ id }) => id === name);
        if (!found) return { status: 404, body: { error: `model '${name}' not found` } };
        return { body: { details: { family: found.owner ?? '' }, capabilities: ['completion', 'tools'] } };
      },
    },
  ],
  credentials: { basic: 'password', cookie: 'ollama_key' },
  client: { mount: '/api', codec },
  encodeError,
});

/** An upstream that speaks the same wire. */
const ollamaProvider = defineProvider({
  name: OLLAMA,
  title: 'Ollama',
  description: 'A server of the Ollama API.',
  options: z.strictObject({ baseUrl: z.url() }),
  create: ({ baseUrl }) =>
    createHttpProvider({
      ...{ baseUrl, headers: {}, codec },
      forward: { wires: [OLLAMA], mount: '/api', readers: { [OLLAMA]: codec } },
    }),
});

/** A protocol whose streams are lines of JSON. Only tests have it. */
export const ollama = definePlugin(() => ({
  name: OLLAMA,
  meta: { version: '1.2.3', apiVersion: 1 },
  wireReaders: import.meta.resolve('./wire-readers.ts'),
  protocols: [ollamaProtocol],
  providers: [ollamaProvider],
}));

import {
  type ChatEndpoint,
  definePlugin,
  defineProtocol,
  encodeSse,
  FieldReader,
  packageVersion,
} from '@dragoman/plugin';
import { client } from './client.ts';

/** `POST /acme/say` takes `{ "model": …, "say": … }` and answers `{ "said": … }`. */
const endpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/acme/say',
  wire: 'acme',
  summary: 'Answers one sentence.',
  decodeRequest({ body }) {
    const fields = new FieldReader(body);
    return {
      protocol: 'acme',
      model: fields.string('model'),
      stream: fields.optionalBoolean('stream') ?? false,
      system: [],
      messages: [{ role: 'user', content: [{ type: 'text', text: fields.string('say') }] }],
      tools: [],
      sampling: {},
      reasoning: {},
    };
  },
  encodeReply({ choices: [choice] }) {
    const texts = choice?.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    return { said: texts?.join('') ?? '' };
  },
  async *encodeStream(events) {
    const texts = new Set<number>();
    for await (const event of events) {
      if (event.type === 'block-start' && event.block.type === 'text') texts.add(event.index);
      if (event.type === 'block-delta' && texts.has(event.index))
        yield encodeSse(JSON.stringify({ said: event.delta }));
      if (event.type === 'finish') yield encodeSse('{"done":true}');
    }
  },
  encodeStreamError: ({ message }) => encodeSse(JSON.stringify({ error: message })),
};

const protocol = defineProtocol({
  name: 'acme',
  title: 'Acme',
  endpoints: [endpoint],
  client,
  encodeError: ({ status, message, details: { retryAfterMs } }) => ({
    status,
    ...(retryAfterMs !== undefined && {
      headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    }),
    body: { error: message },
  }),
});

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, protocols: [protocol] }));

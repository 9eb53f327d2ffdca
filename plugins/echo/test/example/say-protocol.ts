import { type ChatEndpoint, defineProtocol, encodeSse, FieldReader } from '@dragoman/plugin';

/** `POST /say` takes `{ "model": …, "say": … }` and answers `{ "said": … }`. */
const sayEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/say',
  wire: 'say',
  summary: 'Answers one sentence.',
  decodeRequest({ body }) {
    const fields = new FieldReader(body);
    return {
      protocol: 'say',
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

export const sayProtocol = defineProtocol({
  name: 'say',
  title: 'Say',
  endpoints: [sayEndpoint],
  encodeError: ({ status, message }) => ({ status, body: { error: message } }),
});

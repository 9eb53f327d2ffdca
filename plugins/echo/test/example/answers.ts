import {
  BlockWriter,
  type ChatEvent,
  createHttpProvider,
  defineProvider,
  EventParser,
  GatewayError,
  isJsonObject,
  type JsonObject,
  secret,
  type SseEvent,
  type StreamDecoder,
  type UpstreamCodec,
  upstreamMessage,
} from '@dragoman/plugin';
import { z } from 'zod';

/** Reads `data: {"text":"Hel"}` until `data: {"done":true}`. */
class AnswerDecoder implements StreamDecoder {
  isOver = false;
  #isStarted = false;
  readonly #model: string;
  readonly #parser = new EventParser('an event');
  readonly #writer = new BlockWriter();

  constructor(model: string) {
    this.#model = model;
  }

  *push({ data }: SseEvent): Generator<ChatEvent> {
    const event = this.#parser.parse(data);
    if (event) yield* this.decode(event);
  }

  *decode({ text, done }: JsonObject): Generator<ChatEvent> {
    if (!this.#isStarted) yield { type: 'start', id: '', model: this.#model };
    this.#isStarted = true;
    yield* this.#writer.open('answer', { type: 'text' });
    if (typeof text === 'string') yield* this.#writer.delta('answer', text);
    this.isOver = done === true;
  }

  *end(): Generator<ChatEvent> {
    if (!this.isOver) throw new GatewayError('upstream-broken', 'The answer was cut off.');
    yield* this.#writer.closeAll();
    yield { type: 'finish', reason: 'stop' };
  }
}

/** `POST /answer` takes a prompt and answers `{ "text": … }`, or a stream of such pieces. */
export const codec: UpstreamCodec = {
  encodeRequest({ model, messages, stream }) {
    const parts = messages.flatMap((message) =>
      message.content.map((part) => ('text' in part ? part.text : '')),
    );
    const prompt = parts.join('\n');
    return { path: '/answer', body: { model, prompt, stream } };
  },
  *decodeReply(body, { model }) {
    const decoder = new AnswerDecoder(model);
    yield* decoder.decode({ ...body, done: true });
    yield* decoder.end();
  },
  decodeStream: ({ model }) => new AnswerDecoder(model),
  decodeError(status, _headers, body) {
    const kind = status === 429 ? 'rate-limit' : 'upstream-broken';
    const message = isJsonObject(body) ? body['error'] : undefined;
    return new GatewayError(kind, upstreamMessage(kind, status, message));
  },
};

export const answers = defineProvider({
  name: 'answers',
  title: 'Answers',
  description: 'A server that answers JSON, whole or in pieces.',
  options: z.strictObject({
    baseUrl: z.url().meta({ title: 'Base URL', description: 'Where `/answer` begins.' }),
    apiKey: secret(z.string().min(1).meta({ title: 'API key', description: 'Sent as a bearer token.' })),
  }),
  create: ({ baseUrl, apiKey }) =>
    createHttpProvider({ baseUrl, headers: { authorization: `Bearer ${apiKey}` }, codec }),
});

import type { ChatEndpoint, JsonObject, RawRequest, RequestInput } from '@dragoman/plugin';
import type { ModelNames } from '../../catalogue/model-names.ts';
import type { Exchange } from '../../routing/exchange.ts';
import type { OpenConversation } from './conversation/conversation.ts';
import { ReplyContext } from './conversation/reply-context.ts';
import type { Naming } from './naming.ts';
import { withBody } from './request-input.ts';

/** How requests of an endpoint are read. */
export interface Reading {
  readonly endpoint: ChatEndpoint;
  readonly naming: Naming;
  readonly conversation: OpenConversation;
  /** Seconds since 1970. */
  readonly created: number;
}

/** What a client asks: its bytes, and what was read of them. */
export class ClientRequest {
  readonly exchange: Exchange;
  /** As the client sent it. */
  readonly input: RequestInput;
  readonly context: ReplyContext;
  readonly model: string;
  readonly stream: boolean;
  readonly #reading: Reading;
  /** With its history. */
  readonly #whole: RequestInput;
  #names: ModelNames | undefined;

  constructor(reading: Reading, exchange: Exchange, { input, whole }: Inputs) {
    const { endpoint, conversation, created } = reading;
    this.exchange = exchange;
    this.input = input;
    this.#reading = reading;
    this.#whole = whole;
    this.context = new ReplyContext({
      decode: () => conversation.settle(endpoint.decodeRequest(whole)),
      ...{ created, opaque: input.opaque },
    });
    const { model, stream } = endpoint.peek?.(input) ?? this.context.request;
    this.model = model;
    this.stream = stream;
  }

  get raw(): RawRequest {
    return this.exchange.raw;
  }

  /** Its body, with its history. */
  get body(): JsonObject {
    return this.#whole.body;
  }

  /** Throws if another model is named in a place that cannot be checked. */
  get names(): ModelNames {
    return (this.#names ??= this.#reading.naming.read(this.exchange, this.model));
  }

  /** The same request with another body in place of its own. */
  withBody(body: JsonObject): ClientRequest {
    if (body === this.body) return this;
    const input = withBody(this.input, body);
    const raw = { ...this.raw, body: Buffer.from(JSON.stringify(body)) };
    return new ClientRequest(this.#reading, { ...this.exchange, raw }, { input, whole: input });
  }
}

interface Inputs {
  readonly input: RequestInput;
  readonly whole: RequestInput;
}

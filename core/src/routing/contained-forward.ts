import { Readable } from 'node:stream';
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject } from '../canonical/json.ts';
import type { Forward, RawRequest, ReplyReader } from '../plugin/plugin.ts';
import { runAs } from '../plugin/plugin-scope.ts';
import type { StreamDecoder } from '../plugin/stream-decoder.ts';
import type { HttpReply } from '../transport/http.ts';
import { ReplyBody } from '../transport/reply-body.ts';
import { askProvider } from './ask-provider.ts';
import type { Call } from './call.ts';
import { providerFailure } from './provider-failure.ts';

/** What a provider's way to forward does, for one call: its errors and its replies may be anything. */
export class ContainedForward {
  readonly #forward: Forward;
  readonly #call: Call;

  constructor(forward: Forward, call: Call) {
    this.#forward = forward;
    this.#call = call;
  }

  async send(raw: RawRequest, model: string | undefined): Promise<HttpReply> {
    // A file may take long to go out.
    const isImpatient = raw.body === undefined || raw.body instanceof Uint8Array;
    const send = async (context: Call['context']): Promise<HttpReply> =>
      checked(await this.#forward.send(raw, model, context));
    const reply = await askProvider(this.#call, send, { isImpatient });
    // The bodies of the HTTP client keep the time-outs themselves.
    return reply.body instanceof ReplyBody
      ? reply
      : { ...reply, body: containedBody(reply.body, this.#call) };
  }

  /** What an error reply means. */
  decodeError({ status, headers }: HttpReply, text: string): GatewayError {
    return this.explain(this.#try(() => this.#forward.decodeError(status, headers, text)));
  }

  reader(wire: string): ReplyReader | undefined {
    return this.#try(() => this.#forward.reader?.(wire));
  }

  decoder(reader: ReplyReader): StreamDecoder {
    return this.#try(() => reader.decodeStream());
  }

  /** What it means that something of the provider failed. */
  explain(error: unknown): GatewayError {
    return providerFailure(error, this.#call.upstream, this.#call.signal);
  }

  readonly fail = (error: unknown): never => {
    throw this.explain(error);
  };

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      return this.fail(error);
    }
  }
}

/** The bytes of a body of the provider's own, for as long as the call lasts. */
function containedBody(body: Readable, call: Call): Readable {
  call.silence.answered();
  // What it says when nobody reads it any more, or besides what its reader is told.
  body.on('error', () => {});
  const chunks = body[Symbol.asyncIterator]();
  async function* read(): AsyncGenerator {
    try {
      for (;;) {
        const { done, value } = await askProvider(call, () => chunks.next());
        if (done) return;
        yield value;
      }
    } finally {
      runAs(call.upstream.scope, () => body.destroy());
    }
  }
  // As of a `ReplyBody`: who reads it later is told, and nobody may read it any more when its call is aborted.
  return Readable.from(read(), { objectMode: false }).on('error', () => {});
}

function checked(reply: HttpReply): HttpReply {
  const { status, headers, body } = reply;
  if (Number.isInteger(status) && isJsonObject(headers) && body instanceof Readable) return reply;
  throw new TypeError('forward.send() did not return a reply with a status, headers and a readable body.');
}

import { Readable } from 'node:stream';
import {
  type Forward,
  type GatewayError,
  type HeaderMap,
  type HttpReply,
  isJsonObject,
  type RawRequest,
  type ReplyReader,
  type StreamDecoder,
} from '@dragoman/plugin';
import { runAs } from '../../registry/containment/plugin-scope.ts';
import { ReplyBody } from '@dragoman/plugin/internal/transport/reply-body';
import { isReplyStatus } from '../../transport/reply-status.ts';
import { askProvider } from './ask-provider.ts';
import type { UpstreamCall } from '../call.ts';
import { providerFailure } from './provider-failure.ts';

/** A provider's forwarding for one call: its errors and replies may be anything. */
export class ContainedForward {
  readonly #forward: Forward;
  readonly #call: UpstreamCall;

  constructor(forward: Forward, call: UpstreamCall) {
    this.#forward = forward;
    this.#call = call;
  }

  async send(raw: RawRequest, model: string | undefined): Promise<HttpReply> {
    // A file may take long to upload.
    const isImpatient = raw.body === undefined || raw.body instanceof Uint8Array;
    const sent = await askProvider(this.#call, (context) => this.#forward.send(raw, model, context), {
      isImpatient,
    });
    const reply = this.#try(() => checked(sent));
    // The bodies of the HTTP client apply the timeouts themselves.
    return reply.body instanceof ReplyBody
      ? reply
      : { ...reply, body: containedBody(reply.body, this.#call) };
  }

  /** Reads an error reply. */
  decodeError({ status, headers }: HttpReply, text: string): GatewayError {
    return this.explain(this.#try(() => this.#forward.decodeError(status, headers, text)));
  }

  reader(wire: string): ReplyReader | undefined {
    return this.#try(() => this.#forward.reader?.(wire));
  }

  decoder(reader: ReplyReader): StreamDecoder {
    return this.#try(() => reader.decodeStream());
  }

  /** The error for a failure of the provider. */
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

/** The bytes of a provider's own body, while the call lasts. */
function containedBody(body: Readable, call: UpstreamCall): Readable {
  call.silence.answered();
  // Errors after the reader has left, or in addition to the one that the reader gets.
  body.on('error', () => {});
  async function* read(): AsyncGenerator {
    try {
      const chunks = await askProvider(call, () => ({ of: body[Symbol.asyncIterator]() }));
      for (;;) {
        const { done, value } = await askProvider(call, () => chunks.of.next());
        if (done) return;
        yield value;
      }
    } finally {
      runAs(call.upstream.scope, () => body.destroy());
    }
  }
  // Like `ReplyBody`: a later reader still gets the error, and nobody may read once the call is aborted.
  return Readable.from(read(), { objectMode: false }).on('error', () => {});
}

/** The reply, with its headers copied. Throws if it is invalid. */
function checked(reply: HttpReply): HttpReply {
  const { status, headers, body } = reply;
  if (!isReplyStatus(status) || !isJsonObject(headers) || !(body instanceof Readable)) {
    throw new TypeError(
      'forward.send() did not return a reply with a status of 200 to 599, headers and a readable body.',
    );
  }
  // The HTTP client's own replies need no check.
  return body instanceof ReplyBody ? reply : { status, headers: textsOf(headers), body };
}

function textsOf(headers: Readonly<Record<string, unknown>>): HeaderMap {
  const texts = Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)] as const];
    // As Node joins repeated headers.
    if (Array.isArray(value)) return [[name, value.join(', ')] as const];
    throw new TypeError(`forward.send() returned a header ${name} that is not text.`);
  });
  return Object.fromEntries(texts);
}

import type { HeaderMap } from '../transport/http.ts';

type Piece = string | Uint8Array;

/** Takes the pieces of one body as they pass, by reference, and when each passed. */
export class BodyTap {
  readonly pieces: Piece[] = [];
  /** By `performance.now()`, one for each piece. */
  readonly times: number[] = [];
  /** How much more there was than is kept, in bytes. */
  missing = 0;
  readonly #limit: number;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A field, so that it can be handed on as a listener. */
  readonly push = (piece: Piece): void => {
    if (this.#size + piece.length > this.#limit) {
      this.missing += piece.length;
      return;
    }
    this.#size += piece.length;
    this.pieces.push(piece);
    this.times.push(performance.now());
  };
}

/** One request to an upstream, with its answer. */
export interface UpstreamExchange {
  /** The place of its attempt among those of the request. */
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body?: Piece;
  status?: number;
  replyHeaders?: HeaderMap;
  readonly reply: BodyTap;
}

/** What the client sent. */
export interface ClientRequest {
  readonly wire: string;
  readonly query: string;
  readonly headers: HeaderMap;
  readonly params: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** The bytes of a request on both sides of the gateway, as they pass: nothing is copied or read here. */
export class Capture {
  readonly exchanges: UpstreamExchange[] = [];
  readonly reply: BodyTap;
  replyHeaders: Readonly<Record<string, unknown>> = {};
  readonly request: ClientRequest;
  readonly #limit: number;

  /** `limit` is of each body, in bytes. */
  constructor(request: ClientRequest, limit: number) {
    this.request = request;
    this.#limit = limit;
    this.reply = new BodyTap(limit);
  }

  /** Takes the beginning of the reply: its headers, and its body where that comes in one piece. */
  answer(headers: Readonly<Record<string, unknown>>, body?: Piece): void {
    this.replyHeaders = headers;
    if (body !== undefined) this.reply.push(body);
  }

  send(request: Omit<UpstreamExchange, 'reply'>): UpstreamExchange {
    const exchange = { ...request, reply: new BodyTap(this.#limit) };
    this.exchanges.push(exchange);
    return exchange;
  }
}

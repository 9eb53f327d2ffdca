import type { HeaderMap } from '../transport/http.ts';

type Piece = string | Uint8Array;

/** Sounds, pictures and files are not recorded. What says nothing of its type is an error page, as a rule. */
export function isText({ 'content-type': type = '' }: Readonly<Record<string, unknown>>): boolean {
  return /^$|^text\/|json|xml|urlencoded/i.test(String(type));
}

/** How much all captures together may hold, in bytes. */
export class CaptureBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Whether there is room; takes it if so. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** Takes the pieces of one body as they pass, by reference, and when each passed. */
export class BodyRecording {
  readonly pieces: Piece[] = [];
  /** By `performance.now()`, one for each piece. */
  readonly times: number[] = [];
  /** How much more there was than is kept, in bytes. */
  missing = 0;
  size = 0;
  readonly #limit: number;
  readonly #budget: CaptureBudget;

  constructor(limit: number, budget: CaptureBudget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** A field, so that it can be handed on as a listener. Once a piece is missing, all that follow are. */
  readonly push = (piece: Piece): void => {
    const isKept = this.missing === 0 && this.size + piece.length <= this.#limit;
    if (!isKept || !this.#budget.take(piece.length)) {
      this.missing += piece.length;
      return;
    }
    this.size += piece.length;
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
  readonly reply: BodyRecording;
}

/** What the client sent. */
export interface ClientRequest {
  readonly wire: string;
  readonly query: string;
  readonly headers: HeaderMap;
  readonly params: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

export interface CaptureBounds {
  /** Of each body, in bytes. */
  readonly limit: number;
  readonly budget: CaptureBudget;
}

/** The bytes of a request on both sides of the gateway, as they pass: nothing is copied or read here. */
export class Capture {
  readonly exchanges: UpstreamExchange[] = [];
  readonly reply: BodyRecording;
  replyHeaders: Readonly<Record<string, unknown>> = {};
  readonly request: ClientRequest;
  readonly #bounds: CaptureBounds;

  constructor(request: ClientRequest, bounds: CaptureBounds) {
    this.request = request;
    this.#bounds = bounds;
    this.reply = new BodyRecording(bounds.limit, bounds.budget);
  }

  /** Of each body, in bytes. */
  get limit(): number {
    return this.#bounds.limit;
  }

  /** Takes the beginning of the reply: its headers, and its body where that comes in one piece. */
  answer(headers: Readonly<Record<string, unknown>>, body?: Piece): void {
    this.replyHeaders = headers;
    if (body !== undefined) this.reply.push(body);
  }

  send(request: Omit<UpstreamExchange, 'reply'>): UpstreamExchange {
    const { limit, budget } = this.#bounds;
    const exchange = { ...request, reply: new BodyRecording(limit, budget) };
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Gives back what it held, when the request is over. */
  release(): void {
    const { budget } = this.#bounds;
    for (const { size } of [this.reply, ...this.exchanges.map(({ reply }) => reply)]) budget.giveBack(size);
  }
}

import type { HookPhase } from '@dragoman/plugin/internal/canonical/trace-record';
import type { HeaderMap } from '@dragoman/plugin';

type Piece = string | Uint8Array;

/** Audio, images and files are not recorded. A body without a content type is usually an error page. */
export function isText({ 'content-type': type = '' }: Readonly<Record<string, unknown>>): boolean {
  return /^$|^text\/|json|xml|urlencoded/i.test(String(type));
}

/** The memory budget of all captures together, in bytes. */
export class CaptureBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Reserves room if there is enough; returns whether it did. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** Collects the chunks of one body by reference, with the time of each. */
export class BodyRecording {
  readonly pieces: Piece[] = [];
  /** By `performance.now()`, one for each chunk. */
  readonly times: number[] = [];
  /** How many bytes were not kept. */
  missing = 0;
  size = 0;
  readonly #limit: number;
  readonly #budget: CaptureBudget;

  constructor(limit: number, budget: CaptureBudget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** A field, so that it can be passed as a listener. After one missing chunk, all that follow are missing. */
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

/** One request to an upstream, with its reply. */
export interface UpstreamExchange {
  /** The index of its attempt. */
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body?: Piece;
  status?: number;
  replyHeaders?: HeaderMap;
  readonly reply: BodyRecording;
}

/** The client's request. */
export interface ClientRequest {
  readonly wire: string;
  readonly query: string;
  readonly headers: HeaderMap;
  readonly params: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** A field of the request that a hook changed. */
export interface CapturedChange {
  readonly hook: string;
  readonly phase: HookPhase;
  /** The index of the attempt. Absent: it was changed for the whole request. */
  readonly attempt?: number;
  readonly path: string;
  /** The beginning of the difference. Absent: the field was not there. */
  readonly before?: string;
  readonly after?: string;
}

/** The most changes of one request that are recorded. */
const MAX_CHANGES = 500;

export interface CaptureBounds {
  /** Of each body, in bytes. */
  readonly limit: number;
  readonly budget: CaptureBudget;
}

/** The bytes of a request on both sides of the gateway: nothing is copied or read here. */
export class Capture {
  readonly exchanges: UpstreamExchange[] = [];
  /** What hooks changed. */
  readonly changes: CapturedChange[] = [];
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

  /** Takes the head of the reply, and its body if it comes in one piece. */
  answer(headers: Readonly<Record<string, unknown>>, body?: Piece): void {
    this.replyHeaders = headers;
    if (body !== undefined) this.reply.push(body);
  }

  changed(changes: readonly CapturedChange[]): void {
    this.changes.push(...changes.slice(0, MAX_CHANGES - this.changes.length));
  }

  send(request: Omit<UpstreamExchange, 'reply'>): UpstreamExchange {
    const { limit, budget } = this.#bounds;
    const exchange = { ...request, reply: new BodyRecording(limit, budget) };
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Releases its budget when the request is over. */
  release(): void {
    const { budget } = this.#bounds;
    for (const { size } of [this.reply, ...this.exchanges.map(({ reply }) => reply)]) budget.giveBack(size);
  }
}

import { type ChatEvent, GatewayError } from '@dragoman/plugin';
import type { Served } from './entry.ts';
import { type SharedReader, SharedReply } from './shared-reply.ts';

/** The request that gets the answer for all equal ones. */
export interface Leader {
  readonly requestId: string;
  /** Fires when it is over. */
  readonly signal: AbortSignal;
  /** Lets its upstream call go on without its client, until the returned function is called. */
  hold(): () => void;
}

/** Keeps a whole reply. Must not throw. Equal requests that come before it resolves follow the flight. */
export type Keep = (events: readonly ChatEvent[], served: Served | undefined) => Promise<void>;

export interface FlightInput {
  readonly keep: Keep;
  readonly maxLength: number;
  /** Called when it takes no more followers; maybe more than once. */
  readonly onClose: () => void;
}

/** One reply on its way: its leader has it made, and its followers read it as it comes. */
export class Flight {
  readonly requestId: string;
  readonly #leader: Leader;
  readonly #input: FlightInput;
  readonly #reply: SharedReply;
  readonly #lead: SharedReader;
  /** What will be kept; absent if it will not be. */
  #events: ChatEvent[] | undefined = [];
  #length = 0;
  #served: Served | undefined;
  #hasBegun = false;
  #isClosed = false;
  #isKeeping = false;
  #followers = 0;
  #release: (() => void) | undefined;

  constructor(leader: Leader, input: FlightInput) {
    this.requestId = leader.requestId;
    this.#leader = leader;
    this.#input = input;
    this.#reply = new SharedReply((event) => this.#see(event));
    this.#lead = this.#reply.read();
    void this.#reply.over.then(() => {
      this.#letGo();
      if (!this.#isKeeping) this.#close();
    });
    if (leader.signal.aborted) this.#end();
    else leader.signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Whether it takes followers: until its reply can be found in the cache, or will not be. */
  get isOpen(): boolean {
    if (this.#isClosed) return false;
    return this.#isKeeping || !(this.#reply.isOver || this.#leader.signal.aborted);
  }

  /** Who answers, once that is known. */
  get served(): Served | undefined {
    return this.#served;
  }

  /** The reply, from its first event on. The upstream call goes on until the last follower has left. */
  follow(): SharedReader {
    this.#followers += 1;
    if (!this.#reply.isOver) this.#release ??= this.#leader.hold();
    return this.#reply.read(() => {
      this.#followers -= 1;
      if (this.#followers === 0) this.#letGo();
    });
  }

  /**
   * The upstream answers: returns what the leader reads. When the leader leaves before the others, it waits for the end
   * of the reply, which then comes as fast as it can: the upstream call belongs to its request.
   */
  begin(events: AsyncIterable<ChatEvent>, served: Served | undefined): AsyncIterable<ChatEvent> {
    if (this.#hasBegun) return events;
    this.#hasBegun = true;
    this.#served = served;
    this.#reply.begin(events);
    const lead = this.#lead;
    const iterator: AsyncIterator<ChatEvent> = {
      next: () => lead.next(),
      return: async () => {
        lead.leave();
        this.#reply.drain();
        await this.#reply.over;
        return { value: undefined, done: true };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  /** The answer was found in the cache: returns what the leader reads. */
  replay(events: Iterable<ChatEvent>, served: Served | undefined): AsyncIterable<ChatEvent> {
    this.#hasBegun = true;
    this.#events = undefined;
    this.#served = served;
    this.#close();
    this.#reply.begin(told(events));
    return this.#lead;
  }

  #see(event: ChatEvent): void {
    if (!this.#events || event.type === 'ping') return;
    this.#length += event.type === 'block-delta' ? event.delta.length : JSON.stringify(event).length;
    if (this.#length > this.#input.maxLength) {
      this.#events = undefined;
      this.#close();
      this.#reply.seal();
      return;
    }
    this.#events.push(event);
    if (event.type === 'finish') void this.#keep(this.#events);
  }

  /** The readers do not wait for it. */
  async #keep(events: readonly ChatEvent[]): Promise<void> {
    this.#isKeeping = true;
    await this.#input.keep(events, this.#served);
    this.#close();
  }

  /** The leader's request is over. Followers of a reply that never began fail as it did. */
  #end(): void {
    const { reason } = this.#leader.signal as { readonly reason: unknown };
    if (!this.#hasBegun) this.#reply.fail(GatewayError.is(reason) ? reason : endedWithoutReply());
    this.#lead.leave();
  }

  #close(): void {
    this.#isClosed = true;
    this.#input.onClose();
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

function endedWithoutReply(): GatewayError {
  return new GatewayError(
    'upstream-broken',
    'The equal request that this one waited for ended without a reply.',
  );
}

async function* told(events: Iterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  yield* events;
}

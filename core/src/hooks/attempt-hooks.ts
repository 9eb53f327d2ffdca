import type { ChatEvent, ChatRequest, HeaderMap } from '@dragoman/plugin';
import type { CostOf } from './reply/answer-events.ts';
import { askAll, type Hooked, throughAll } from './ask-all.ts';
import type { Visit } from './visit/visit.ts';

export interface AttemptHooksInput {
  /** Of the hooks that apply at the candidate, in order. */
  readonly visits: readonly Visit[];
  readonly headers: Map<string, string>;
  readonly costOf: CostOf;
}

/** The hooks of one attempt, with state and headers of their own: another attempt may run at the same time. */
export class AttemptHooks {
  readonly #input: AttemptHooksInput;

  constructor(input: AttemptHooksInput) {
    this.#input = input;
  }

  /** Headers for the reply, as far as they are known. */
  get headers(): HeaderMap {
    return Object.fromEntries(this.#input.headers);
  }

  /** The hooks' ids, for messages. */
  get ids(): readonly string[] {
    return this.#input.visits.map(({ hook }) => hook.config.id);
  }

  /** Lets the hooks see the request for this candidate. Throws the client's error if one refuses or fails. */
  async request(request: ChatRequest): Promise<Hooked> {
    const { visits, costOf } = this.#input;
    const hooked = await askAll(visits, request, costOf);
    if (hooked.answer) return hooked;
    let asked = hooked.request;
    for (const visit of visits) asked = await visit.attempt(asked);
    return { request: asked };
  }

  reply(events: AsyncIterator<ChatEvent>): AsyncIterator<ChatEvent> {
    return throughAll(this.#input.visits, events);
  }
}

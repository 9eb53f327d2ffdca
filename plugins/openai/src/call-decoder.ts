import { type Block, type BlockWriter, type ChatEvent, isJsonObject, type JsonObject, type JsonValue } from '@dragoman/core';

interface Call {
  readonly key: string;
  readonly index: number | undefined;
  id: string;
  /** What came of the arguments before the name. */
  held: string;
  opened: boolean;
}

/**
 * The tool calls of one choice. Servers disagree on how fragments find their call: OpenAI counts by `index`,
 * some send 0 for all and tell calls apart by `id`, some send neither after the first fragment.
 */
export class CallDecoder {
  readonly #writer: BlockWriter;
  readonly #choice: number;
  readonly #replyId: string;
  readonly #calls: Call[] = [];

  constructor(writer: BlockWriter, { choice, replyId }: { readonly choice: number; readonly replyId: string }) {
    this.#writer = writer;
    this.#choice = choice;
    this.#replyId = replyId;
  }

  get any(): boolean {
    return this.#calls.some(({ opened }) => opened);
  }

  *decode(fragment: JsonObject): Generator<ChatEvent> {
    const call = this.#find(fragment);
    const isCustom = isJsonObject(fragment['custom']);
    const called = isCustom ? fragment['custom'] : fragment['function'];
    const fields = isJsonObject(called) ? called : {};
    const text = argumentsOf(isCustom ? fields['input'] : fields['arguments']);
    const name = fields['name'];
    if (!call.opened) {
      if (typeof name !== 'string' || name === '') {
        call.held += text;
        return;
      }
      call.opened = true;
      const form = isCustom ? ('freeform' as const) : ('json' as const);
      const block: Block = { type: 'tool-call', id: call.id, name, form };
      yield* this.#writer.open(call.key, block, this.#choice);
      yield* this.#writer.delta(call.key, call.held);
    }
    yield* this.#writer.delta(call.key, text);
  }

  *end(): Generator<ChatEvent> {
    for (const { key } of this.#calls) yield* this.#writer.close(key);
  }

  #find(fragment: JsonObject): Call {
    const id = idOf(fragment['id']);
    const index = typeof fragment['index'] === 'number' ? fragment['index'] : undefined;
    const known = this.#calls.findLast((call) =>
      index === undefined ? id === '' || call.id === id : call.index === index && (id === '' || call.id === id),
    );
    if (known && (index !== undefined || id !== '' || !startsAnew(fragment))) return known;
    const at = this.#calls.length;
    const call: Call = { key: `${this.#choice} call ${at}`, index, id: id || this.#mintId(at), held: '', opened: false };
    this.#calls.push(call);
    return call;
  }

  /** The same for the same reply, so that a repeated reading gives the same id. */
  #mintId(at: number): string {
    const seed = this.#replyId.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24);
    return `call_${seed}${this.#choice > 0 ? `c${this.#choice}` : ''}n${at}`;
  }
}

/** Without index and id, only a name can begin another call. */
function startsAnew(fragment: JsonObject): boolean {
  const called = fragment['function'] ?? fragment['custom'];
  return isJsonObject(called) && typeof called['name'] === 'string' && called['name'] !== '';
}

function idOf(id: JsonValue | undefined): string {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' ? id : '';
}

/** A text; some servers send the object itself. */
function argumentsOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? JSON.stringify(value) : '';
}

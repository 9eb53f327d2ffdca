import {
  type Block,
  type BlockWriter,
  type ChatEvent,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@dragoman/plugin';
import { decodeExtraContent } from '../opaque.ts';
import { idOf } from '../../common/values.ts';
import { OPENAI_CHAT } from '../wire.ts';

interface Call {
  readonly key: string;
  readonly index: number | undefined;
  id: string;
  /** Whether the server named no id, so that only the text can tell where the call ends. */
  readonly isAnonymous: boolean;
  name: string | undefined;
  /** What came of the arguments before the name; of anonymous calls, all of them. */
  text: string;
}

interface Fragment {
  readonly id: string;
  readonly index: number | undefined;
  readonly name: string | undefined;
  readonly text: string;
  readonly form: 'json' | 'freeform';
}

/**
 * The tool calls of one choice. Servers disagree on how fragments find their call: OpenAI counts by `index`,
 * some send 0 for all and tell calls apart by `id`, some send neither after the first fragment, some repeat the
 * name or make up an id for every fragment.
 */
export class CallDecoder {
  readonly #writer: BlockWriter;
  readonly #choice: number;
  readonly #idSeed: string;
  readonly #calls: Call[] = [];
  /** The last call of each index, of each id, and of both. */
  readonly #last = new Map<string, Call>();
  #hasNames = false;

  constructor(writer: BlockWriter, { choice, idSeed }: { readonly choice: number; readonly idSeed: string }) {
    this.#writer = writer;
    this.#choice = choice;
    this.#idSeed = idSeed;
  }

  get any(): boolean {
    return this.#hasNames;
  }

  *decode(wire: JsonObject): Generator<ChatEvent> {
    const fragment = readFragment(wire);
    const call = this.#find(fragment) ?? this.#add(fragment);
    const isOpen = call.name !== undefined;
    if (!isOpen || call.isAnonymous) call.text += fragment.text;
    if (!isOpen && fragment.name !== undefined) {
      call.name = fragment.name;
      this.#hasNames = true;
      const block: Block = { type: 'tool-call', id: call.id, name: call.name, form: fragment.form };
      yield* this.#writer.open(call.key, block, this.#choice);
    }
    const index = this.#writer.indexOf(call.key);
    // In front of the arguments, since some clients want it before the call.
    const opaque = decodeExtraContent(wire, OPENAI_CHAT);
    if (opaque && index !== undefined) yield { type: 'block-opaque', index, opaque };
    yield* this.#writer.delta(call.key, isOpen ? fragment.text : call.text);
  }

  *end(): Generator<ChatEvent> {
    for (const { key } of this.#calls) yield* this.#writer.close(key);
  }

  #find({ id, index, name, ...fragment }: Fragment): Call | undefined {
    const last = index === undefined ? this.#calls.at(-1) : this.#last.get(keyOf(index, ''));
    if (!last) return undefined;
    if (id !== '') {
      const exact = this.#last.get(keyOf(index, id));
      if (exact) return exact;
      if (last.name === undefined && last.isAnonymous) {
        last.id = id;
        this.#index(last);
        return last;
      }
      return name === undefined && last.name !== undefined ? last : undefined;
    }
    if (name === undefined || last.name === undefined) return last;
    // The name again: of the same call as long as its arguments are not whole, else of another one.
    const isSame = name === last.name && !isWhole(last.text) && fragment.text !== '';
    return isSame && (index !== undefined || last.text !== '') ? last : undefined;
  }

  #add({ id, index }: Fragment): Call {
    const at = this.#calls.length;
    const call: Call = {
      key: `${this.#choice} call ${at}`,
      index,
      id: id || `call_${this.#idSeed}${this.#choice > 0 ? `c${this.#choice}` : ''}n${at}`,
      isAnonymous: id === '',
      name: undefined,
      text: '',
    };
    this.#calls.push(call);
    this.#index(call);
    return call;
  }

  #index(call: Call): void {
    const { index, id } = call;
    this.#last.set(keyOf(index, ''), call);
    this.#last.set(keyOf(index, id), call);
    this.#last.set(keyOf(undefined, id), call);
  }
}

function keyOf(index: number | undefined, id: string): string {
  return `${index ?? ''} ${id}`;
}

function readFragment(wire: JsonObject): Fragment {
  const isCustom = isJsonObject(wire['custom']);
  const called = isCustom ? wire['custom'] : wire['function'];
  const fields = isJsonObject(called) ? called : {};
  const { index } = wire;
  const { name } = fields;
  return {
    id: idOf(wire['id']),
    index: typeof index === 'number' ? index : undefined,
    name: typeof name === 'string' && name !== '' ? name : undefined,
    text: argumentsOf(isCustom ? fields['input'] : fields['arguments']),
    form: isCustom ? 'freeform' : 'json',
  };
}

/** A text; some servers send the object itself. */
function argumentsOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return isJsonObject(value) ? JSON.stringify(value) : '';
}

/** The last character is looked at first, since parsing all again with every fragment would take long. */
function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

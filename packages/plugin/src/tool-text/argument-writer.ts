import type { JsonObject } from '../canonical/json.ts';
import type { ReplyWriter } from './reply-writer.ts';
import { MAX_REGION } from './text-reader.ts';
import { isOnlyText, jsonOrText, typedJson, typesOf, type ValueTypes } from './typed-value.ts';

/** Writes arguments as JSON whose values the model wrote without quotes, one after the other. */
export class ArgumentWriter {
  readonly #reply: ReplyWriter;
  readonly #schema: JsonObject | undefined;
  readonly #unknown: 'text' | 'json';
  #count = 0;
  /** The types of the value that is open. */
  #types: ValueTypes | undefined;
  /** Text streams; anything else is converted when it is whole. */
  #isStreamed = false;
  #held = '';

  /** Begins the call of a tool. `unknown`: what an argument is that the tool's schema does not have. */
  constructor(
    reply: ReplyWriter,
    { name, unknown }: { readonly name: string; readonly unknown: 'text' | 'json' },
  ) {
    this.#reply = reply;
    this.#schema = reply.tool(name)?.schema;
    this.#unknown = unknown;
    reply.commit(name);
    reply.arguments('{');
  }

  /** Begins a value. */
  open(key: string): void {
    this.#types = typesOf(this.#schema, key);
    this.#isStreamed = this.#types ? isOnlyText(this.#types) : this.#unknown === 'text';
    this.#held = '';
    const comma = this.#count > 0 ? ',' : '';
    this.#count += 1;
    this.#reply.arguments(`${comma}${JSON.stringify(key)}:${this.#isStreamed ? '"' : ''}`);
  }

  /** The next piece of the value. */
  push(piece: string): void {
    if (this.#isStreamed) {
      this.#reply.arguments(JSON.stringify(piece).slice(1, -1));
      return;
    }
    this.#held += piece;
    // What is so long is text: nothing else would fit the bound of what may be held.
    if (this.#held.length <= MAX_REGION) return;
    this.#isStreamed = true;
    this.#reply.arguments(JSON.stringify(this.#held).slice(0, -1));
  }

  /** The value is whole. */
  close(): void {
    if (this.#isStreamed) this.#reply.arguments('"');
    else this.#reply.arguments(this.#types ? typedJson(this.#held, this.#types) : jsonOrText(this.#held));
  }

  /** The call is whole. */
  end(): void {
    this.#reply.arguments('}');
    this.#reply.endCall();
  }
}

import type { FreeformTool } from '../../canonical/chat.ts';
import type { JsonObject } from '../../canonical/json.ts';

/**
 * Free-text tools, for wires whose tools all take JSON: a function with one string. The model's call becomes that text
 * again.
 */
export const FREEFORM_SCHEMA: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

/** The description of a free-text tool, with the grammar, which JSON Schema cannot express. */
export function describeFreeform({ description, grammar }: FreeformTool): string | undefined {
  if (!grammar) return description;
  const rule = `The input must follow this ${grammar.syntax} grammar:\n${grammar.definition}`;
  return description ? `${description}\n\n${rule}` : rule;
}

/** Free text as the arguments of that function. */
export function wrapFreeform(text: string): string {
  return JSON.stringify({ input: text });
}

const HEAD = /^\s*\{\s*"input"\s*:\s*"/;
/** If the head is missing after this much text, the model wrote something else. */
const MAX_HEAD = 64;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Reads the text out of `{"input":"…"}` chunk by chunk. Anything else passes through. */
export class FreeformReader {
  #state: 'head' | 'text' | 'done' | 'raw' = 'head';
  #held = '';

  /** The text that a chunk of the arguments adds. */
  push(piece: string): string {
    this.#held += piece;
    if (this.#state === 'head') this.#readHead();
    if (this.#state === 'text') return this.#readText();
    if (this.#state === 'raw') return this.#take();
    return '';
  }

  /** What is left at the end. */
  end(): string {
    return this.#state === 'head' && this.#held.trim() !== '{}' ? this.#take() : '';
  }

  #readHead(): void {
    const head = HEAD.exec(this.#held)?.[0];
    if (head !== undefined) {
      this.#state = 'text';
      this.#held = this.#held.slice(head.length);
    } else if (!/^\s*(?:\{|$)/.test(this.#held) || this.#held.length > MAX_HEAD) this.#state = 'raw';
  }

  #readText(): string {
    let text = '';
    let at = 0;
    while (at < this.#held.length) {
      const char = this.#held.charAt(at);
      if (char === '"') {
        this.#state = 'done';
        at = this.#held.length;
        break;
      }
      const length = char === '\\' ? (this.#held.charAt(at + 1) === 'u' ? 6 : 2) : 1;
      if (at + length > this.#held.length) break;
      text += length === 1 ? char : unescaped(this.#held.slice(at + 1, at + length));
      at += length;
    }
    this.#held = this.#held.slice(at);
    // A lone surrogate would not survive as a chunk.
    if (/[\ud800-\udbff]$/.test(text) && this.#state === 'text') {
      this.#held = `\\u${text.charCodeAt(text.length - 1).toString(16)}${this.#held}`;
      return text.slice(0, -1);
    }
    return text;
  }

  #take(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }
}

function unescaped(escape: string): string {
  if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return ESCAPES[escape] ?? escape;
}

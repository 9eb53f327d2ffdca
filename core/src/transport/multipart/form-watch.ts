import { type FormField, MAX_FIELDS, MAX_HEADER_BYTES, parseForm, tooManyFields } from './multipart.ts';

export interface FormWatchInput {
  readonly boundary: string;
  /** The part of the form that was already read. */
  readonly head: Buffer;
  /** The longest text field that is reported. */
  readonly longest: number;
  readonly note: (text: string) => void;
}

/** Reports the short text fields of a streamed form that end after the part already read. */
export class FormWatch {
  readonly #input: FormWatchInput;
  readonly #delimiter: string;
  readonly #longestPart: number;
  /** From the delimiter of the current part on; only the tail if the part is too long. */
  #text: string;
  #isLong: boolean;
  #count = 0;

  constructor(input: FormWatchInput) {
    this.#input = input;
    this.#delimiter = `--${input.boundary}`;
    this.#longestPart = MAX_HEADER_BYTES + input.longest + 2 * this.#delimiter.length;
    const from = Math.max(0, input.head.lastIndexOf(this.#delimiter));
    const seen = input.head.subarray(from);
    this.#isLong = seen.length > this.#longestPart;
    this.#text = seen.toString('latin1', this.#isLong ? seen.length - this.#delimiter.length : 0);
  }

  /** Throws what `note` throws, so that a chunk that completes a field can be withheld. */
  push(piece: Uint8Array): void {
    const delimiter = this.#delimiter;
    this.#text += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1');
    let start = 0;
    for (;;) {
      const next = this.#text.indexOf(delimiter, this.#isLong ? start : start + delimiter.length);
      if (next < 0) break;
      if (!this.#isLong && next - start <= this.#longestPart) this.#readPart(start, next);
      this.#isLong = false;
      if ((this.#count += 1) > MAX_FIELDS) throw tooManyFields();
      start = next;
    }
    this.#isLong ||= this.#text.length - start > this.#longestPart;
    this.#text = this.#text.slice(
      this.#isLong ? Math.max(start, this.#text.length - delimiter.length) : start,
    );
  }

  #readPart(start: number, end: number): void {
    const { boundary, longest, note } = this.#input;
    const part = Buffer.from(`${this.#text.slice(start, end)}${this.#delimiter}--`, 'latin1');
    const isShort = (field: FormField): boolean => !field.isFile && field.end - field.start <= longest;
    for (const field of parseForm(part, boundary).fields.filter(isShort))
      note(part.toString('utf8', field.start, field.end));
  }
}

/** What looks like a placeholder: `[EMAIL_1]`. */
const LOOKALIKE = /\[[A-Z][A-Z0-9_]{0,60}_\d{1,9}\]/g;

/** The placeholders of one request: which stands for which value. The same value always has the same one. */
export class Placeholders {
  readonly #taken = new Set<string>();
  readonly #byValue = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #restorable = new Map<string, string>();

  /** Others with the same values. */
  copy(): Placeholders {
    const copy = new Placeholders();
    for (const taken of this.#taken) copy.#taken.add(taken);
    for (const [value, placeholder] of this.#byValue) copy.#byValue.set(value, placeholder);
    for (const [label, count] of this.#counts) copy.#counts.set(label, count);
    for (const [placeholder, value] of this.#restorable) copy.#restorable.set(placeholder, value);
    return copy;
  }

  /** What looks like a placeholder in this text means itself, and is never used. */
  reserve(text: string): void {
    if (!text.includes('[')) return;
    for (const [lookalike] of text.matchAll(LOOKALIKE)) this.#taken.add(lookalike);
  }

  /** What stands for a value. `label` is in capitals, such as `EMAIL`. */
  mask(value: string, label: string, isRestorable: boolean): string {
    let placeholder = this.#byValue.get(value);
    if (placeholder === undefined) this.#byValue.set(value, (placeholder = this.#next(label)));
    if (isRestorable) this.#restorable.set(placeholder, value);
    return placeholder;
  }

  /** The value to put back for a placeholder, if there is one. */
  valueOf(placeholder: string): string | undefined {
    return this.#restorable.get(placeholder);
  }

  get hasRestorable(): boolean {
    return this.#restorable.size > 0;
  }

  /** Whether what begins like this may become a placeholder. */
  isBeginning(text: string): boolean {
    for (const [label, count] of this.#counts) {
      const head = `[${label}_`;
      if (head.startsWith(text)) return true;
      const digits = text.startsWith(head) ? text.slice(head.length) : '';
      if (/^[1-9]\d{0,8}$/.test(digits) && Number(digits) <= count) return true;
    }
    return false;
  }

  #next(label: string): string {
    for (let count = (this.#counts.get(label) ?? 0) + 1; ; count++) {
      const placeholder = `[${label}_${count}]`;
      if (this.#taken.has(placeholder)) continue;
      this.#counts.set(label, count);
      return placeholder;
    }
  }
}

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

  /** Those that are put back. */
  get restorable(): readonly string[] {
    return [...this.#restorable.keys()];
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

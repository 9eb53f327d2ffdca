/** How the ids of calls look that models are trained on or upstreams insist on. */
export interface CallIdRule {
  /** Default `call_`. */
  readonly prefix?: string;
  /** How many random letters and digits follow. Default 24. */
  readonly length?: number;
  /** Ids in the model's text that are kept, if they are new. Default: none. */
  readonly keeps?: RegExp;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Gives the calls of one response their ids, each once. */
export class CallIds {
  readonly #rule: CallIdRule;
  readonly #random: () => number;
  readonly #used = new Set<string>();

  constructor(rule: CallIdRule = {}, random: () => number = Math.random) {
    this.#rule = rule;
    this.#random = random;
  }

  /** The id of the next call; `written` is what the model called it. */
  next(written = ''): string {
    const { prefix = 'call_', length = 24, keeps } = this.#rule;
    let id = written;
    const isKept = keeps?.test(written) ?? false;
    if (!isKept || this.#used.has(id)) {
      do id = prefix + Array.from({ length }, this.#letter).join('');
      while (this.#used.has(id));
    }
    this.#used.add(id);
    return id;
  }

  readonly #letter = (): string => LETTERS.charAt(Math.floor(this.#random() * LETTERS.length));
}

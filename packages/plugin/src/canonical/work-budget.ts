import { GatewayError } from './errors.ts';
import { isJsonObject, type JsonValue } from './json.ts';

/** The most work that one client input may cause. */
export interface WorkLimits {
  readonly nodes: number;
  readonly bytes: number;
}

/** What a budget is for, for error messages. */
export interface WorkSubject {
  /** The invalid field of the request. */
  readonly field: string;
  /** `The schema of the tool "weather" is`, or `The schemas of all tools are`. */
  readonly claim: string;
}

/** For one schema: far more than anyone writes, yet quick to process. */
export const SCHEMA_WORK: WorkLimits = { nodes: 5_000, bytes: 512 * 1024 };
/** For all schemas of a request together. */
export const REQUEST_WORK: WorkLimits = { nodes: 30_000, bytes: 4 * 1024 * 1024 };

/**
 * Bounds the work that one request can cause. References in a schema, for example, can expand a few lines to billions
 * of nodes. Code that expands, merges or follows client input spends from a budget.
 */
export class WorkBudget {
  readonly #subject: WorkSubject;
  readonly #limits: WorkLimits;
  readonly #whole: WorkBudget | undefined;
  #nodes = 0;
  #bytes = 0;

  constructor(subject: WorkSubject, limits: WorkLimits, whole?: WorkBudget) {
    this.#subject = subject;
    this.#limits = limits;
    this.#whole = whole;
  }

  /** A budget for a part, which also counts towards the whole. */
  share(subject: WorkSubject, limits: WorkLimits): WorkBudget {
    return new WorkBudget(subject, limits, this);
  }

  /** Spends if enough is left; returns whether it was. For optional work. */
  spend(nodes = 1, bytes = 0): boolean {
    this.#nodes += nodes;
    this.#bytes += bytes;
    const isEnough = this.#nodes <= this.#limits.nodes && this.#bytes <= this.#limits.bytes;
    return (this.#whole?.spend(nodes, bytes) ?? true) && isEnough;
  }

  /** Throws `invalid` if too little is left. */
  charge(nodes = 1, bytes = 0): void {
    if (this.spend(nodes, bytes)) return;
    const { nodes: most } = this.#limits;
    if (this.#nodes <= most && this.#bytes <= this.#limits.bytes) this.#whole?.charge(0);
    const unit = this.#nodes > most ? `${most.toLocaleString('en')} nodes` : `${this.#limits.bytes} bytes`;
    const message = `${this.#subject.claim} too large: more than ${unit} after references are resolved.`;
    throw new GatewayError('invalid', message, { field: this.#subject.field });
  }
}

/** The approximate JSON size of a value, in bytes. */
export function weigh(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length + 2;
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).reduce<number>((sum, one) => sum + weigh(one) + 1, 2);
  if (!isJsonObject(value)) return 8;
  let sum = 2;
  for (const name of Object.keys(value)) sum += name.length + 4 + weigh(value[name]);
  return sum;
}

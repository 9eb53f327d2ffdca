const BRAND = Symbol.for('dragoman.HookRefusal');

/** What {@link refuse} throws. */
export class HookRefusal extends Error {
  override readonly name = 'HookRefusal';
  /** A machine-readable code for the client. */
  readonly code: string;
  readonly [BRAND] = true;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }

  /** Recognizes a refusal even when it comes from another copy of this package. */
  static is(value: unknown): value is HookRefusal {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/**
 * Refuses the request, in any method of a hook: the client gets status 400 with this message and code, and no other
 * candidate is tried. Write a full sentence without secrets.
 */
export function refuse(message: string, code = 'refused_by_hook'): never {
  throw new HookRefusal(message, code);
}

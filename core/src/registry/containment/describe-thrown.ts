/** The name of an error; `undefined` for anything else. */
export function errorName(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? thrown.name : undefined;
  } catch {
    return undefined;
  }
}

/** Describes a thrown value, which may be anything, even an error whose fields throw. */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
    return typeof thrown === 'string' ? thrown : `a value of type ${typeof thrown} instead of an error`;
  } catch {
    return 'an error that cannot be read';
  }
}

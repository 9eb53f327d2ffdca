interface Row {
  readonly id: string;
}

/** How SWR shows a change of one row of a list at once, takes the gateway's answer, and goes back when it refuses. */
export function patched<T extends Row>(id: string, change: Partial<T>) {
  return {
    optimisticData: (all: readonly T[] = []) =>
      all.map((one) => (one.id === id ? { ...one, ...change } : one)),
    populateCache: (answer: T, all: readonly T[] = []) =>
      all.map((one) => (one.id === answer.id ? answer : one)),
    rollbackOnError: true,
  };
}

/** What is frozen all the way down. */
const frozen = new WeakSet<object>();

/**
 * Freezes a value and everything in it, so that a hook cannot change what others see. Without recursion: requests may
 * nest deeply. What was frozen here before is not visited again.
 */
export function deepFreeze<T>(root: T): T {
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    // Typed arrays cannot be frozen. No request has any.
    if (typeof value !== 'object' || value === null || frozen.has(value) || ArrayBuffer.isView(value))
      continue;
    frozen.add(Object.freeze(value));
    for (const name of Object.keys(value)) rest.push(value[name as keyof typeof value]);
  }
  return root;
}

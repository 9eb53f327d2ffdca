/**
 * A callback of a timer or of an event. What it throws would end the process, as nobody is there to catch it; it is
 * given to `fail`, which ends one request.
 */
export function guarded<T = void>(
  run: (value: T) => void,
  fail: (error: unknown) => void,
): (value: T) => void {
  return (value) => {
    try {
      run(value);
    } catch (error) {
      fail(error);
    }
  };
}

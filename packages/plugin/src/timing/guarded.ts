/**
 * Wraps a timer or event callback. An exception in it would be uncaught and end the process; `fail` gets it instead
 * and ends one request.
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

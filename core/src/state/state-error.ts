/** The data folder cannot be used as it is. The message is for the person who starts the gateway. */
export class StateError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StateError';
  }
}

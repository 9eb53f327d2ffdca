import { GatewayError } from '@dragoman/plugin';

/** The longest name of a model or alias. Clients choose names, and they are kept in tables, logs and traces. */
export const MAX_NAME_LENGTH = 512;

export function refuseLongName(name: string): void {
  if (name.length <= MAX_NAME_LENGTH) return;
  throw new GatewayError(
    'not-found',
    `The name of a model must have at most ${MAX_NAME_LENGTH} characters; this one has ${name.length}.`,
    { field: 'model', code: 'model_not_found' },
  );
}

/** A name as it is recorded. */
export function recordedName(name: string | undefined): string | undefined {
  return name !== undefined && name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
}

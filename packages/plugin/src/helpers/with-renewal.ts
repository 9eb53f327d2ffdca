import { GatewayError } from '../canonical/errors.ts';
import type { Waiting } from '../plugin/credentials.ts';
import type { SingleFlight } from './single-flight.ts';

/**
 * Does work with a login or token. If the work fails with `upstream-auth` before its first item, the value is renewed and
 * the work is done again, once. For providers without HTTP: those with it have `auth`.
 *
 * @example
 * chat: (request, context) => withRenewal(login, context, (token) => talk(token, request, context)),
 */
export async function* withRenewal<Value, Item>(
  source: Pick<SingleFlight<Value>, 'get' | 'renew'>,
  waiting: Waiting,
  work: (value: Value) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const value = await source.get(waiting);
  let hasBegun = false;
  try {
    for await (const item of work(value)) {
      hasBegun = true;
      yield item;
    }
    return;
  } catch (error) {
    const isRefused = GatewayError.is(error) && error.kind === 'upstream-auth';
    if (hasBegun || !isRefused || waiting.signal.aborted) throw error;
  }
  yield* work(await source.renew(value, waiting));
}

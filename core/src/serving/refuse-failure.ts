import { GatewayError } from '../canonical/errors.ts';
import { failureIn, mayTellFailure } from '../http-provider/reply-failure.ts';
import { parseJson } from '../codec/reply-text.ts';

/**
 * Looks at a reply of status 200 that passes through, as far as that costs next to nothing: some upstreams say 200
 * and mean an error, others have a proxy in front that answers with a page of its own. Throws `upstream-broken`, or
 * what `decodeError` makes of the error.
 */
export function refuseFailure(body: string, decodeError: (text: string) => GatewayError): void {
  const start = body.slice(0, 64).trimStart();
  const end = body.slice(-64).trimEnd();
  if (start === '') throw broken('with an empty body');
  if (start.startsWith('<')) throw broken('with a web page and not with JSON; is its base URL right?');
  const isWhole = start.startsWith('[') ? end.endsWith(']') : start.startsWith('{') && end.endsWith('}');
  if (!isWhole) throw broken('with something that is not JSON');
  if (!mayTellFailure(body)) return;
  const reply = parseJson(body);
  const failure = reply === undefined ? undefined : failureIn(reply);
  if (failure) throw decodeError(JSON.stringify(failure));
}

function broken(how: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream answered ${how}.`);
}

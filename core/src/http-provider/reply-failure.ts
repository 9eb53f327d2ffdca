/**
 * Replies of status 200 that tell of a failure. Protocols say it in different ways, and proxies and compatible
 * servers mix them, so all of them are recognised on every wire.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { parseJson } from '../codec/reply-text.ts';

/** The object that tells of the failure; `undefined` in a reply that is an answer. A list is judged by its first entry. */
export function failureIn(reply: JsonValue): JsonObject | undefined {
  const value = Array.isArray(reply) ? (reply as readonly JsonValue[])[0] : reply;
  if (!isJsonObject(value)) return undefined;
  const { error, type, object, status } = value;
  const isFailed = saysSomething(error) || type === 'error' || object === 'error' || status === 'failed';
  return isFailed ? value : undefined;
}

/** Many replies have an error of `null`, some an empty one. */
function saysSomething(error: JsonValue | undefined): boolean {
  if (typeof error === 'string') return error !== '';
  return isJsonObject(error) && Object.keys(error).length > 0;
}

/**
 * What a failure cannot do without, unless its field says nothing. One expression: the search for a text of seven
 * letters and more takes several times as long.
 */
const MAY_FAIL = /"failed"|"error"(?!\s*:\s*(?:null|false|""|\{\s*\}))/;

/** Whether a JSON text may tell of a failure: a search that costs little where it does not. */
export function mayTellFailure(body: string): boolean {
  return MAY_FAIL.test(body);
}

/** Whether the last bytes of a stream of events tell of a failure. */
export function endsInFailure(text: string): boolean {
  if (!MAY_FAIL.test(text)) return false;
  return text.split(/\r\n|\n|\r/).some((line) => {
    const event = line.startsWith('data:') && MAY_FAIL.test(line) ? parseJson(line.slice(5)) : undefined;
    if (event === undefined) return false;
    const response = isJsonObject(event) ? event['response'] : undefined;
    return failureIn(event) !== undefined || (response !== undefined && failureIn(response) !== undefined);
  });
}

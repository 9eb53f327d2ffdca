/**
 * Replies of status 200 that report a failure. Protocols differ in how, and proxies and compatible servers mix them,
 * so every form is recognized on every wire.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { parseJson } from '../codec/reply-text.ts';

/** The object that reports the failure; `undefined` if the reply is an answer. A list is judged by its first entry. */
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
 * What every failure contains. One expression: searching for a text of seven or more letters takes several times as
 * long.
 */
const MAY_FAIL = /"failed"|"error"(?!\s*:\s*(?:null|false|""|\{\s*\}))/;

/** Whether a JSON text may report a failure: a search that is cheap if it does not. */
export function mayReportFailure(body: string): boolean {
  return MAY_FAIL.test(body);
}

/** Whether the last bytes of a stream report a failure: of events, of JSON lines, or of a JSON array of one entry a line. */
export function endsInFailure(text: string): boolean {
  if (!MAY_FAIL.test(text)) return false;
  return text.split(/\r\n|\n|\r/).some((line) => {
    const event = MAY_FAIL.test(line) ? parseJson(messageIn(line)) : undefined;
    if (event === undefined) return false;
    const response = isJsonObject(event) ? event['response'] : undefined;
    return failureIn(event) !== undefined || (response !== undefined && failureIn(response) !== undefined);
  });
}

/** The JSON in a line of a stream, without the punctuation of a list. */
function messageIn(line: string): string {
  if (line.startsWith('data:')) return line.slice('data:'.length);
  return line
    .trim()
    .replace(/^[[,]/, '')
    .replace(/[\],]$/, '');
}

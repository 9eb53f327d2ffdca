import { type AnswerShape, failureIn, type GatewayError, parseJson } from '@dragoman/plugin';
import { isAnswer, noAnswer, notJson, parseReply } from '@dragoman/plugin/internal/codec/answer';
import { mayReportFailure } from '@dragoman/plugin/internal/http-provider/reply-failure';

export interface AnswerRule {
  /** What the reply must have; absent if its wire does not say. */
  readonly shape: AnswerShape | undefined;
  readonly decodeError: (text: string) => GatewayError;
}

/**
 * Checks a reply of status 200 that passes through, as far as that is nearly free: some upstreams report errors with 200,
 * others have a proxy in front that answers with something else. Throws `upstream-broken`, or what `decodeError` makes
 * of the error.
 */
export function refuseFailure(body: Buffer, text: string, { shape, decodeError }: AnswerRule): void {
  if (!isWhole(text)) throw shape ? noAnswer(parseReply(text)) : notJson(text);
  if (mayReportFailure(text)) {
    const reply = parseJson(text);
    const failure = reply === undefined ? undefined : failureIn(reply);
    if (failure) throw decodeError(JSON.stringify(failure));
  }
  if (shape && !isAnswer(body, shape)) throw noAnswer(parseReply(text));
}

/** Whether a text begins and ends like an object or list. */
function isWhole(text: string): boolean {
  // Some servers send empty lines while they think.
  const start = text.trimStart();
  const end = text.slice(-64).trimEnd();
  return start.startsWith('[') ? end.endsWith(']') : start.startsWith('{') && end.endsWith('}');
}

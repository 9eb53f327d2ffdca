import type { JsonObject } from '@dragoman/plugin';
import {
  anthropicBrokenStream,
  anthropicError,
  anthropicReply,
  anthropicStream,
  anthropicTruncatedStream,
} from '../../wires/anthropic-frames.ts';
import { messageIf, objectsIn, roleIn, stringIn, textIn } from '../read.ts';
import type { ModelMessage } from '../request.ts';
import type { ScriptedErrorKind } from '../script.ts';
import type { ModelWire } from './wire.ts';

const ERRORS: Readonly<Record<ScriptedErrorKind, readonly [status: number, type: string]>> = {
  invalid: [400, 'invalid_request_error'],
  auth: [401, 'authentication_error'],
  'not-found': [404, 'not_found_error'],
  'rate-limit': [429, 'rate_limit_error'],
  broken: [500, 'api_error'],
  overloaded: [529, 'overloaded_error'],
};

const stopOf = (finish: 'length' | undefined): string | undefined => finish && 'max_tokens';

/** What tools returned comes in messages of the user, before the user's own words. */
function messagesOf({ role, content }: JsonObject): readonly ModelMessage[] {
  const results = objectsIn(content).filter(({ type }) => type === 'tool_result');
  const told = results.map((result): ModelMessage => ({ role: 'tool', text: textIn(result['content']) }));
  const text = textIn(content);
  return told.length > 0 ? [...told, ...messageIf(roleIn(role), text)] : [{ role: roleIn(role), text }];
}

export const anthropic: ModelWire = {
  name: 'anthropic',
  path: /\/messages$/,
  read: (body) => ({
    model: stringIn(body['model']),
    stream: body['stream'] === true,
    messages: [
      ...messageIf('system', textIn(body['system'])),
      ...objectsIn(body['messages']).flatMap(messagesOf),
    ],
    tools: objectsIn(body['tools']).map(({ name }) => stringIn(name)),
  }),
  stream: (parts, finish) => anthropicStream(parts, stopOf(finish)),
  truncated: (parts) => anthropicTruncatedStream(parts),
  broken: (parts) => anthropicBrokenStream(parts),
  whole: (parts, finish) => anthropicReply(parts, stopOf(finish)),
  error: (kind, message) => anthropicError(...ERRORS[kind], { message }),
};

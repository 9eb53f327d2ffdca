import type { JsonObject, JsonValue } from '@dragoman/plugin';
import {
  responsesBrokenStream,
  responsesReply,
  responsesStream,
  responsesTruncatedStream,
} from '../../wires/responses-frames.ts';
import { messageIf, objectsIn, roleIn, stringIn, textIn } from '../read.ts';
import type { ModelMessage } from '../request.ts';
import { openAiErrorOf } from './openai-chat.ts';
import type { ModelWire } from './wire.ts';

const incomplete = (finish: 'length' | undefined): string | undefined => finish && 'max_output_tokens';

function messagesIn(input: JsonValue | undefined): readonly ModelMessage[] {
  if (typeof input === 'string') return [{ role: 'user', text: input }];
  return objectsIn(input).flatMap(messageOf);
}

/** Calls and reasoning are items of their own, and no messages. */
function messageOf({ type, role, content, output }: JsonObject): readonly ModelMessage[] {
  if (type === 'function_call_output') return [{ role: 'tool', text: textIn(output) }];
  return role === undefined ? [] : [{ role: roleIn(role), text: textIn(content) }];
}

export const openAiResponses: ModelWire = {
  name: 'openai-responses',
  path: /\/responses$/,
  read: (body) => ({
    model: stringIn(body['model']),
    stream: body['stream'] === true,
    messages: [...messageIf('system', stringIn(body['instructions'])), ...messagesIn(body['input'])],
    tools: objectsIn(body['tools']).map(({ name, type }) => stringIn(name ?? type)),
  }),
  stream: (parts, finish) => responsesStream(parts, incomplete(finish)),
  truncated: (parts) => responsesTruncatedStream(parts),
  broken: (parts) => responsesBrokenStream(parts),
  whole: (parts, finish) => responsesReply(parts, incomplete(finish)),
  error: openAiErrorOf,
};

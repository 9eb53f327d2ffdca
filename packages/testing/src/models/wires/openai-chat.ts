import { isJsonObject, type JsonObject } from '@dragoman/plugin';
import {
  openAiBrokenStream,
  openAiError,
  openAiReply,
  openAiStream,
  openAiTruncatedStream,
} from '../../wires/openai-frames.ts';
import { objectsIn, roleIn, stringIn, textIn } from '../read.ts';
import type { ScriptedErrorKind } from '../script.ts';
import type { ModelWire } from './wire.ts';

const ERRORS: Readonly<Record<ScriptedErrorKind, { status: number; type: string; code: string | null }>> = {
  invalid: { status: 400, type: 'invalid_request_error', code: null },
  auth: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  'not-found': { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  'rate-limit': { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  broken: { status: 500, type: 'server_error', code: null },
  overloaded: { status: 503, type: 'server_error', code: null },
};

/** The errors of both of OpenAI's wires. */
export const openAiErrorOf: ModelWire['error'] = (kind, message) => {
  const { status, ...error } = ERRORS[kind];
  return openAiError(status, { ...error, message });
};

const nameOf = (tool: JsonObject): string =>
  stringIn(isJsonObject(tool['function']) ? tool['function']['name'] : tool['name']);

export const openAiChat: ModelWire = {
  name: 'openai-chat',
  path: /\/chat\/completions$/,
  read: (body) => ({
    model: stringIn(body['model']),
    stream: body['stream'] === true,
    messages: objectsIn(body['messages']).map(({ role, content }) => ({
      role: roleIn(role),
      text: textIn(content),
    })),
    tools: objectsIn(body['tools']).map(nameOf),
  }),
  stream: (parts, finish) => openAiStream(parts, finish && { finish }),
  truncated: (parts) => openAiTruncatedStream(parts),
  broken: (parts) => openAiBrokenStream(parts),
  whole: (parts, finish) => openAiReply(parts, finish && { finish }),
  error: openAiErrorOf,
};

import { isJsonObject, type JsonObject } from '@dragoman/plugin';
import {
  geminiBrokenStream,
  geminiError,
  geminiReply,
  geminiStream,
  geminiTruncatedStream,
} from '../../wires/gemini-frames.ts';
import { messageIf, objectsIn, roleIn, stringIn, textIn } from '../read.ts';
import type { ModelMessage } from '../request.ts';
import type { ScriptedErrorKind } from '../script.ts';
import type { ModelWire } from './wire.ts';

const ERRORS: Readonly<Record<ScriptedErrorKind, readonly [code: number, status: string]>> = {
  invalid: [400, 'INVALID_ARGUMENT'],
  auth: [401, 'UNAUTHENTICATED'],
  'not-found': [404, 'NOT_FOUND'],
  'rate-limit': [429, 'RESOURCE_EXHAUSTED'],
  broken: [500, 'INTERNAL'],
  overloaded: [503, 'UNAVAILABLE'],
};

const PATH = /\/models\/([^/]+):(generateContent|streamGenerateContent)$/;

const reasonOf = (finish: 'length' | undefined): string | undefined => finish && 'MAX_TOKENS';

const partsIn = (content: JsonObject): string => textIn(content['parts']);

/** What tools returned are parts with an object. */
function messagesOf(content: JsonObject): readonly ModelMessage[] {
  const told = objectsIn(content['parts']).flatMap(({ functionResponse: result }): readonly ModelMessage[] =>
    isJsonObject(result) ? [{ role: 'tool', text: JSON.stringify(result['response']) }] : [],
  );
  const role = roleIn(content['role']);
  return told.length > 0
    ? [...told, ...messageIf(role, partsIn(content))]
    : [{ role, text: partsIn(content) }];
}

export const gemini: ModelWire = {
  name: 'gemini',
  path: PATH,
  read(body, { path, query }) {
    const [, model = '', method] = PATH.exec(path) ?? [];
    const { systemInstruction: system, contents, tools } = body;
    return {
      model: decodeURIComponent(model),
      stream: method === 'streamGenerateContent',
      transport: query.get('alt') === 'sse' ? 'sse' : 'json-array',
      messages: [
        ...messageIf('system', isJsonObject(system) ? partsIn(system) : ''),
        ...objectsIn(contents).flatMap(messagesOf),
      ],
      tools: objectsIn(tools)
        .flatMap(({ functionDeclarations }) => objectsIn(functionDeclarations))
        .map(({ name }) => stringIn(name)),
    };
  },
  stream: (parts, finish) => geminiStream(parts, reasonOf(finish)),
  truncated: (parts) => geminiTruncatedStream(parts),
  broken: (parts) => geminiBrokenStream(parts),
  whole: (parts, finish) => geminiReply(parts, reasonOf(finish)),
  error: (kind, message) => geminiError(...ERRORS[kind], { message }),
};

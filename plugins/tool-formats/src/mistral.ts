import { createHash } from 'node:crypto';
import { defineToolFormat, envelopes, readToolName, type Region, regions, reject } from '@dragoman/plugin';
import { readJsonCall } from './json-call.ts';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';

const START = '[TOOL_CALLS]';
const [CALL_ID, ARGS] = ['[CALL_ID]', '[ARGS]'];
const ID = /^[A-Za-z0-9]{9}$/;

const list = envelopes();

/** Since v11 of the tokenizer: `[TOOL_CALLS]name[CALL_ID]id[ARGS]{…}`. Servers may drop all markers but the first. */
const named: Region = function* (text, reply) {
  const name = (yield* readToolName(text)) ?? reject();
  yield* text.spaces();
  const id = (yield* text.takes(CALL_ID)) ? yield* text.until(/[\s[{]/g, 128) : undefined;
  yield* text.spaces();
  yield* text.takes(ARGS);
  yield* readJsonCall({ text, reply }, name, id);
  return {};
};

/** Mistral: a list of JSON objects, or names and arguments with markers between them. */
export const mistral = defineToolFormat({
  name: 'mistral',
  read: regions({
    starts: {
      *[START](text, reply) {
        yield* text.spaces();
        const first = yield* text.peek();
        return yield* first === '[' || first === '{' ? list(text, reply) : named(text, reply);
      },
    },
    noise: ['</s>'],
    bare: { opens: '[', region: envelopes({ isBare: true }) },
  }),
  reasoning: { open: '[THINK]', close: '[/THINK]' },
  ids: { prefix: '', length: 9, keeps: ID },
  prompt: {
    tools: (tools) =>
      [
        `[AVAILABLE_TOOLS] [${toolLines(tools).join(', ')}][/AVAILABLE_TOOLS]`,
        '',
        `To call tools, answer with ${START} and a list: ${START} [{"name": <function-name>, "arguments": <args-json-object>}]`,
      ].join('\n'),
    calls: (calls) =>
      `${START} ${JSON.stringify(calls.map(({ id, name, arguments: values }) => ({ name, arguments: values, id: shortId(id) })))}`,
    results: (results) =>
      namedResults.results(results.map((result) => ({ ...result, callId: shortId(result.callId) }))),
    escapes: [START, ...RESULT_TAGS],
  },
});

/** The model knows ids of nine letters and digits only. The same id always becomes the same one. */
function shortId(id: string): string {
  if (ID.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
}

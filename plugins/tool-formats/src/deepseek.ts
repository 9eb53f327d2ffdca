import {
  defineToolFormat,
  isToolName,
  type Reading,
  regions,
  reject,
  type ReplyWriter,
  type TextReader,
  type ToolTextFormat,
} from '@dragoman/plugin';
import { readJsonCall } from './json-call.ts';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';
import { sections } from './sections.ts';

const [SECTION, SECTION_END] = ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>'];
const [BEGIN, SEPARATOR, END] = ['<｜tool▁call▁begin｜>', '<｜tool▁sep｜>', '<｜tool▁call▁end｜>'];
const FENCE = '```';
const MAX_HEADER = 200;

/** V3 and R1: `function`, separator, name, fenced JSON. V3.1: name, separator, JSON. Served templates mix them. */
function* readCall(text: TextReader, reply: ReplyWriter): Reading {
  const header = (yield* text.until(/</g, MAX_HEADER)).trim();
  if (header.length > MAX_HEADER || !(yield* text.takes(SEPARATOR))) reject();
  yield* text.spaces();
  const isBare = (yield* text.find([END])) !== undefined;
  const isPlain = isBare || (yield* text.peek()) === '{';
  const name = isPlain ? header : (yield* text.until(/[\n`]/g, MAX_HEADER)).trim();
  if (!isToolName(name)) reject();
  if (!isPlain) yield* openFence(text);
  if (isBare) {
    reply.check(name);
    reply.call(name, '{}');
  } else yield* readJsonCall({ text, reply }, name);
  if (isPlain) return;
  yield* text.spaces();
  yield* text.takes(FENCE);
}

function* openFence(text: TextReader): Reading {
  yield* text.spaces();
  if (yield* text.takes(FENCE)) yield* text.takes('json');
  yield* text.spaces();
}

const common = {
  read: regions({
    starts: sections({
      sections: { [SECTION]: SECTION_END },
      ...{ begin: BEGIN, end: END, readCall },
    }),
    noise: ['<｜end▁of▁sentence｜>'],
  }),
  reasoning: { endedBy: [SECTION] },
} satisfies Partial<ToolTextFormat>;

const escapes = [SECTION, SECTION_END, BEGIN, SEPARATOR, END, ...RESULT_TAGS];

function prompt(write: (name: string, json: string) => string): ToolTextFormat['prompt'] {
  return {
    tools: (tools) =>
      [
        '## Tools',
        '',
        ...toolLines(tools),
        '',
        'Call tools at the end of the answer, in this form and with nothing after it:',
        `${SECTION}${write('<function-name>', '<args-json-object>')}${SECTION_END}`,
      ].join('\n'),
    calls: (calls) =>
      `${SECTION}${calls.map(({ name, arguments: values }) => write(name, JSON.stringify(values))).join('\n')}${SECTION_END}`,
    ...namedResults,
    escapes,
  };
}

export const deepseekV3 = defineToolFormat({
  ...common,
  name: 'deepseek_v3',
  prompt: prompt(
    (name, json) => `${BEGIN}function${SEPARATOR}${name}\n${FENCE}json\n${json}\n${FENCE}${END}`,
  ),
});

export const deepseekV31 = defineToolFormat({
  ...common,
  name: 'deepseek_v31',
  prompt: prompt((name, json) => `${BEGIN}${name}${SEPARATOR}${json}${END}`),
});

import { defineToolFormat, isToolName, regions, reject, type ReplyWriter } from '@dragoman/plugin';
import { readJsonCall } from './json-call.ts';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';
import { sections } from './sections.ts';

const SECTION = ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'] as const;
/** Models write it in the singular at times. */
const OTHER_SECTION = ['<|tool_call_section_begin|>', '<|tool_call_section_end|>'] as const;
const [BEGIN, ARGUMENTS, END] = ['<|tool_call_begin|>', '<|tool_call_argument_begin|>', '<|tool_call_end|>'];
const MAX_ID = 200;

/** Kimi K2: the id of a call has the name of its tool, and goes back to the model as it was. */
export const kimiK2 = defineToolFormat({
  name: 'kimi_k2',
  read: regions({
    starts: sections({
      sections: Object.fromEntries([SECTION, OTHER_SECTION]),
      begin: BEGIN,
      end: END,
      *readCall(text, reply) {
        const id = (yield* text.until(/</g, MAX_ID)).trim();
        if (!(yield* text.takes(ARGUMENTS))) reject();
        const name = nameIn(id, reply) ?? reject();
        yield* readJsonCall({ text, reply }, name, id);
      },
    }),
    noise: ['<|im_end|>'],
  }),
  reasoning: { endedBy: [SECTION[0], OTHER_SECTION[0]] },
  ids: { keeps: /./ },
  prompt: {
    tools: (tools) =>
      [
        '# Tools',
        '',
        ...toolLines(tools),
        '',
        'Call tools at the end of the answer, numbered from 0 over the whole conversation:',
        `${SECTION[0]}${BEGIN}functions.<function-name>:<number>${ARGUMENTS}<args-json-object>${END}${SECTION[1]}`,
      ].join('\n'),
    calls(calls) {
      const texts = calls.map(({ id, name, arguments: values }, at) => {
        const own = nameOf(id) === name ? id : `functions.${name}:${at}`;
        return `${BEGIN}${own}${ARGUMENTS}${JSON.stringify(values)}${END}`;
      });
      return `${SECTION[0]}${texts.join('')}${SECTION[1]}`;
    },
    ...namedResults,
    escapes: [...RESULT_TAGS, ...SECTION, ...OTHER_SECTION, BEGIN, ARGUMENTS, END],
  },
});

/** `functions.get_weather:0` names `get_weather`. */
function nameOf(id: string): string | undefined {
  const [, name] = /^(?:functions\.)?([^:]+):\d+$/.exec(id) ?? [];
  return name;
}

/** Without a number, only the name of a tool of the request is one. */
function nameIn(id: string, reply: ReplyWriter): string | undefined {
  if (id.length > MAX_ID) return undefined;
  const plain = id.replace(/^functions\./, '');
  const name = nameOf(id) ?? (reply.tool(plain) && plain);
  return name !== undefined && isToolName(name) ? name : undefined;
}

import { defineToolFormat, regions } from '@dragoman/plugin';
import { callTags } from './prompt/call-tags.ts';
import { argumentTexts, type ArgumentTexts } from './prompt/argument-texts.ts';
import { toolLines } from './prompt/tool-lines.ts';
import { xmlCalls } from './xml-calls.ts';

const example = write('function-name', [['parameter-name', 'value']]);

/** Qwen3-Coder, Qwen3.5 and Nemotron 3: a tag for each parameter. */
export const qwen3Coder = defineToolFormat({
  name: 'qwen3_coder',
  aliases: ['qwen3_xml'],
  read: regions({
    starts: xmlCalls({
      wrapper: ['<tool_call>', '</tool_call>'],
      call: ['<function=', '</function>'],
      argument: ['<parameter=', '</parameter>'],
      endsLate: true,
    }),
    noise: ['<|im_end|>', '<|endoftext|>'],
  }),
  prompt: {
    ...callTags,
    tools: (tools) =>
      [
        '# Tools',
        '',
        'You have these functions:',
        '<tools>',
        ...toolLines(tools),
        '</tools>',
        '',
        'To call one, answer in this form, with nothing after it. Values are written as they are, over several lines if they have them:',
        example,
      ].join('\n'),
    calls: (calls) =>
      calls.map(({ name, arguments: values }) => write(name, argumentTexts(values))).join('\n'),
  },
});

function write(name: string, values: ArgumentTexts): string {
  const lines = values.map(([key, text]) => `<parameter=${key}>\n${text}\n</parameter>\n`);
  return `<tool_call>\n<function=${name}>\n${lines.join('')}</function>\n</tool_call>`;
}

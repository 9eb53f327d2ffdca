import { defineToolFormat, regions } from '@dragoman/plugin';
import { argumentTexts, type ArgumentTexts } from './prompt/argument-texts.ts';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';
import { xmlCalls } from './xml-calls.ts';

const WRAPPER = ['<minimax:tool_call>', '</minimax:tool_call>'] as const;

/** MiniMax M2: several calls in one wrapper, with a tag for each parameter. */
export const minimaxM2 = defineToolFormat({
  name: 'minimax_m2',
  read: regions({
    starts: xmlCalls({
      wrapper: WRAPPER,
      call: ['<invoke name=', '</invoke>'],
      argument: ['<parameter name=', '</parameter>'],
      unquote: (name) => /^(["'])(.*)\1$/s.exec(name)?.[2] ?? name,
    }),
    noise: ['[e~['],
  }),
  prompt: {
    tools: (tools) =>
      [
        '# Tools',
        '',
        'You may call tools. These are their schemas:',
        '<tools>',
        ...toolLines(tools).map((line) => `<tool>${line}</tool>`),
        '</tools>',
        '',
        'To call tools, write:',
        wrapped([write('tool-name', [['parameter-name', 'value']])]),
      ].join('\n'),
    calls: (calls) => wrapped(calls.map(({ name, arguments: values }) => write(name, argumentTexts(values)))),
    ...namedResults,
    escapes: [...RESULT_TAGS, ...WRAPPER, '<invoke ', '</invoke>'],
  },
});

function wrapped(calls: readonly string[]): string {
  return `${WRAPPER[0]}\n${calls.join('\n')}\n${WRAPPER[1]}`;
}

function write(name: string, values: ArgumentTexts): string {
  const lines = values.map(([key, text]) => `<parameter name="${key}">${text}</parameter>\n`);
  return `<invoke name="${name}">\n${lines.join('')}</invoke>`;
}

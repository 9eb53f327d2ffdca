import { defineToolFormat, envelopes, regions } from '@dragoman/plugin';
import { toolLines } from './prompt/tool-lines.ts';
import { callTags } from './prompt/call-tags.ts';

const [START, END] = ['<tool_call>', '</tool_call>'];

/** Qwen2.5, Qwen3, QwQ and Hermes: each call is JSON between tags. */
export const qwen25 = defineToolFormat({
  name: 'qwen25',
  aliases: ['hermes'],
  read: regions({
    starts: { [START]: envelopes({ end: END }) },
    noise: ['<|im_end|>', '<|endoftext|>'],
  }),
  prompt: {
    tools: (tools) =>
      [
        '# Tools',
        '',
        'You may call functions to help with the request. These are their signatures:',
        '<tools>',
        ...toolLines(tools),
        '</tools>',
        '',
        'Write each function call as a JSON object with its name and arguments between these tags:',
        START,
        '{"name": <function-name>, "arguments": <args-json-object>}',
        END,
      ].join('\n'),
    ...callTags,
  },
});

import type { ToolPrompt } from '@dragoman/plugin';

/** Calls and results between tags, as Qwen and Hermes know them. */
export const callTags: Omit<ToolPrompt, 'tools'> = {
  calls: (calls) =>
    calls
      .map(({ name, arguments: values }) => {
        const json = `{"name": ${JSON.stringify(name)}, "arguments": ${JSON.stringify(values)}}`;
        return `<tool_call>\n${json}\n</tool_call>`;
      })
      .join('\n'),
  results: (results) => results.map(({ text }) => `<tool_response>\n${text}\n</tool_response>`).join('\n'),
  escapes: ['<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>'],
};

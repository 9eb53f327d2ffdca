import type { ToolPrompt } from '@dragoman/plugin';

/** Results for models whose own form of them belongs to a role that a chat does not have. */
export const namedResults: Pick<ToolPrompt, 'results'> = {
  results(results) {
    const texts = results.map(({ callId, name, text }) => {
      const [id, tool] = [callId, name].map((attribute) => JSON.stringify(attribute));
      return `<tool_response name=${tool} id=${id}>\n${text}\n</tool_response>`;
    });
    return `${texts.join('\n')}\n\nGo on with the next step, or answer.`;
  },
};

/** What would be markup in such a result. */
export const RESULT_TAGS = ['<tool_response', '</tool_response>'];

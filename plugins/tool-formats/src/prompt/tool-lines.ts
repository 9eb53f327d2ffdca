import type { TextTool } from '@dragoman/plugin';

/** Tools as most templates list them: one JSON object a line, in the form of OpenAI's wire. */
export function toolLines(tools: readonly TextTool[]): readonly string[] {
  return tools.map(({ name, description, schema }) =>
    JSON.stringify({ type: 'function', function: { name, description, parameters: schema } }),
  );
}

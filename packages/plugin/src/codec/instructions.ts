/** Instructions in the prompt, where the wire or the model has no field for them. */
import type { OutputFormat, SystemMessage, ToolChoice } from '../canonical/chat.ts';

/** Asks for JSON if the upstream cannot enforce it. `undefined` for plain text. */
export function formatInstruction({ type, schema }: OutputFormat): string | undefined {
  if (type === 'text') return undefined;
  const rule = schema && ` that follows this JSON Schema:\n${JSON.stringify(schema)}`;
  return `Answer with one JSON value only, without any other text and without a code fence${rule ?? '.'}`;
}

/** Asks for a tool call if the model takes no forced choice. `undefined` for a free choice. */
export function forcedToolInstruction({ mode, names: [name] = [] }: ToolChoice): string | undefined {
  if (mode === 'one' && name !== undefined) return `Answer by calling the tool ${JSON.stringify(name)}.`;
  return mode === 'any' || mode === 'one' ? 'Answer by calling a tool.' : undefined;
}

/** A later instruction as a user text, if only the user can speak at that place. Models know the mark. */
export function remind({ content }: SystemMessage): string {
  const text = content.map((part) => part.text).join('\n');
  return `<system-reminder>\n${text}\n</system-reminder>`;
}

import {
  argumentsObject,
  type AssistantMessage,
  type AssistantPart,
  type Message,
  pairToolResults,
  type TextCall,
  type TextResult,
  type ToolCallPart,
  type ToolNames,
  type ToolPrompt,
  type ToolResultPart,
  type UserMessage,
  type UserPart,
  wrapFreeform,
} from '@dragoman/plugin';

/** Writes the calls and results of a conversation as text, for an upstream that has no fields for them. */
export function projectHistory(
  messages: readonly Message[],
  prompt: ToolPrompt,
  names: ToolNames,
): readonly Message[] {
  const answered = new Set<string>();
  for (const { content } of messages)
    for (const part of content) if (part.type === 'tool-result') answered.add(part.callId);
  return pairToolResults(messages).map((message) => {
    if (message.role === 'assistant') return projectTurn(message, prompt, names);
    return message.role === 'user' ? projectResults(escapeUser(message, prompt), prompt, answered) : message;
  });
}

/** The text of the turn comes before its calls. */
function projectTurn(message: AssistantMessage, prompt: ToolPrompt, names: ToolNames): AssistantMessage {
  const calls = message.content.filter((part) => part.type === 'tool-call' && !part.hosted);
  if (calls.length === 0) return message;
  const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const written = prompt.calls(calls.map((call) => textCall(call as ToolCallPart, names)));
  const isOther = (part: AssistantPart): boolean => part.type !== 'text' && !calls.includes(part);
  const whole = { type: 'text' as const, text: text === '' ? written : `${text.trimEnd()}\n${written}` };
  return { ...message, content: [...message.content.filter(isOther), whole] };
}

function textCall(call: ToolCallPart, names: ToolNames): TextCall {
  const { id, name, namespace, form, arguments: text } = call;
  const json = form === 'freeform' ? wrapFreeform(text) : text;
  return { id, name: names.toWire(name, namespace), arguments: argumentsObject(json) };
}

/** What users say, where a model would take markup in it for its own. */
function escapeUser(
  message: UserMessage,
  { escapes = [], escapesUserText = false }: ToolPrompt,
): UserMessage {
  if (!escapesUserText) return message;
  const content = message.content.map((part) =>
    part.type === 'text' ? { ...part, text: escapeTags(part.text, escapes) } : part,
  );
  return { ...message, content };
}

/** Results of one turn become one text; files among them follow it. */
function projectResults(
  message: UserMessage,
  prompt: ToolPrompt,
  answered: ReadonlySet<string>,
): UserMessage {
  const results = message.content.filter((part) => part.type === 'tool-result');
  if (results.length === 0) return message;
  const text = prompt.results(results.map((result) => textResult(result, prompt, answered)));
  const media = results.flatMap(({ content }) => content.filter((part) => part.type === 'media'));
  const rest = message.content.filter((part) => part.type !== 'tool-result');
  return { ...message, content: [{ type: 'text', text }, ...media, ...rest] satisfies UserPart[] };
}

function textResult(
  { callId, name = '', isError = false, content, json }: ToolResultPart,
  { escapes = [] }: ToolPrompt,
  answered: ReadonlySet<string>,
): TextResult {
  if (!answered.has(callId)) return { callId, name, text: 'no result provided', isError };
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const text = texts.length === 0 && json !== undefined ? JSON.stringify(json) : texts.join('\n');
  const told = isError && !text.startsWith('Error: ') ? `Error: ${text}` : text;
  return { callId, name, text: escapeTags(told, escapes), isError };
}

/** Data that looks like markup must not become calls or results when the model reads it. */
function escapeTags(text: string, tags: readonly string[]): string {
  let escaped = text;
  for (const tag of tags) escaped = escaped.replaceAll(tag, `&lt;${tag.slice(1)}`);
  return escaped;
}

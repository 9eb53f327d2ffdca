import {
  type AssistantMessage,
  type AssistantPart,
  defined,
  isJsonObject,
  type JsonObject,
  type Message,
  type ReasoningPart,
  type RefusalPart,
  type TextPart,
  type ToolCallPart,
  toolIdFor,
  type ToolResultPart,
  type UserMessage,
} from '@dragoman/plugin';
import { dropMark } from '../../common/encode-common.ts';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { CALL_ID } from './encode-context.ts';
import { encodeContent, encodeUserParts } from './encode-parts.ts';
import { withExtensions } from '../extensions.ts';
import { RESPONSES } from '../wire.ts';

/** Encodes a conversation as the items of `input`. */
export function encodeItems(
  messages: readonly Message[],
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const freeform = freeformCalls(messages);
  return messages.flatMap((message) => {
    switch (message.role) {
      case 'system':
        return [{ role: 'developer', content: encodeContent(message.content, context) }];
      case 'user':
        return encodeUser(message, freeform, context);
      case 'assistant':
        return encodeAssistant(message, context);
    }
  });
}

/** Results of tools that take free text are items of a type of their own. */
function freeformCalls(messages: readonly Message[]): ReadonlySet<string> {
  const calls = messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === 'tool-call' && part.form === 'freeform' ? [part.id] : [])),
  );
  return new Set(calls);
}

function encodeUser(
  { content }: UserMessage,
  freeform: ReadonlySet<string>,
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const results = content.filter((part) => part.type === 'tool-result');
  const rest = content.filter((part) => part.type !== 'tool-result');
  const items = results.map((result) => encodeResult(result, freeform.has(result.callId), context));
  const encoded = encodeUserParts(rest, context);
  return encoded.length > 0 ? [...items, { role: 'user', content: encoded }] : items;
}

function encodeResult(
  result: ToolResultPart,
  isFreeform: boolean,
  context: EncodeRequestContext,
): JsonObject {
  const { callId, isError, content, json, extensions } = result;
  dropMark(result, context);
  const parts =
    content.length === 0 && json !== undefined
      ? [{ type: 'text' as const, text: JSON.stringify(json) }]
      : content;
  return withExtensions(
    {
      type: isFreeform ? 'custom_tool_call_output' : 'function_call_output',
      call_id: toolIdFor(callId, CALL_ID),
      output: encodeContent(isError ? sayFailed(parts) : parts, context),
    },
    extensions,
  );
}

/** No field says that a tool failed, so the text has to. */
function sayFailed(parts: ToolResultPart['content']): ToolResultPart['content'] {
  const at = parts.findIndex(({ type }) => type === 'text');
  const first = parts[at];
  if (first?.type !== 'text') return [{ type: 'text', text: 'Error: the tool failed.' }, ...parts];
  if (first.text.startsWith('Error: ')) return parts;
  return parts.with(at, { ...first, text: `Error: ${first.text}` });
}

/** Items in the order of the parts; texts that follow each other are one message. */
function encodeAssistant(
  { content }: AssistantMessage,
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let said: (TextPart | RefusalPart)[] = [];
  const endMessage = (): void => {
    for (const part of said) dropMark(part, context);
    items.push(...encodeSaid(said));
    said = [];
  };
  /** Reasoning after it has led to nothing. */
  const lastOutcome = content.findLastIndex(({ type }) => type !== 'reasoning');
  for (const [at, part] of content.entries()) {
    if (part.type === 'text' || part.type === 'refusal') {
      said.push(part);
    } else {
      endMessage();
      items.push(...encodePart(part, at < lastOutcome, context));
    }
  }
  endMessage();
  return items;
}

function encodeSaid(parts: readonly (TextPart | RefusalPart)[]): readonly JsonObject[] {
  const content = parts
    .filter(({ text }) => text !== '')
    .map(({ type, text }) =>
      type === 'refusal' ? { type, refusal: text } : { type: 'output_text', text, annotations: [] },
    );
  return content.length > 0 ? [{ type: 'message', role: 'assistant', content }] : [];
}

function encodePart(
  part: Exclude<AssistantPart, TextPart | RefusalPart>,
  hasOutcome: boolean,
  context: EncodeRequestContext,
): readonly JsonObject[] {
  switch (part.type) {
    case 'reasoning':
      return encodeReasoning(part, hasOutcome, context);
    case 'tool-call':
      if (part.hosted) break;
      return [encodeCall(part, context)];
    case 'raw':
      if (part.protocol !== RESPONSES || !isJsonObject(part.value)) break;
      return [part.value];
    case 'media':
    case 'tool-result':
      break;
  }
  context.drop('messages', `A part of an assistant's turn (${part.type}) was left out.`);
  return [];
}

/** Only sealed reasoning may go back, in front of what it led to. Its id would be looked up where it is not kept. */
function encodeReasoning(
  { text, form, opaque }: ReasoningPart,
  hasOutcome: boolean,
  { drop }: EncodeRequestContext,
): readonly JsonObject[] {
  const isOwn = opaque?.protocol === RESPONSES && opaque.kind === 'reasoning' && opaque.data !== undefined;
  if (!isOwn || !hasOutcome) {
    drop('messages.reasoning', 'The upstream takes back only reasoning that it sealed itself.');
    return [];
  }
  const summary = form === 'summary' && text !== '' ? [{ type: 'summary_text', text }] : [];
  const content = form === 'raw' && text !== '' ? [{ type: 'reasoning_text', text }] : undefined;
  return [defined({ type: 'reasoning', summary, content, encrypted_content: opaque.data })];
}

function encodeCall(call: ToolCallPart, context: EncodeRequestContext): JsonObject {
  const { names } = context;
  dropMark(call, context);
  const { form, arguments: text, extensions } = call;
  const call_id = toolIdFor(call.id, CALL_ID);
  const name = names.toWire(call.name, call.namespace);
  return form === 'freeform'
    ? withExtensions({ type: 'custom_tool_call', call_id, name, input: text }, extensions)
    : withExtensions({ type: 'function_call', call_id, name, arguments: text || '{}' }, extensions);
}

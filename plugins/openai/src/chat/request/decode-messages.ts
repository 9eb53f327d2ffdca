import {
  type AssistantMessage,
  type AssistantPart,
  defined,
  FieldReader,
  type Message,
  type OpaqueBox,
  type SystemMessage,
  type ToolCallPart,
  type ToolResultPart,
  type UserMessage,
  type UserPart,
} from '@dragoman/plugin';
import { decodeContent } from '../../common/decode-content.ts';
import { decodeText, decodeTextPart, decodeUserPart } from './decode-content.ts';
import { extensionsOf } from '../extensions.ts';
import { decodeExtraContent, decodeReasoning } from '../opaque.ts';
import { OPENAI_CHAT } from '../wire.ts';

export interface DecodedMessages {
  /** The leading run of system and developer messages. */
  readonly system: readonly SystemMessage[];
  readonly messages: readonly Message[];
}

/** Decodes `messages`. Results of tools that follow each other become one turn of the user. */
export function decodeMessages(readers: readonly FieldReader[], box: OpaqueBox): DecodedMessages {
  const decoded = readers.map((message) => decodeMessage(message, box));
  const rest = decoded.findIndex(({ role }) => role !== 'system');
  const system = decoded.slice(0, rest < 0 ? decoded.length : rest) as SystemMessage[];
  const messages: Message[] = [];
  /** The content of the last message, while it consists of results only. */
  let results: UserPart[] | undefined;
  for (const message of decoded.slice(system.length)) {
    if (!isResults(message)) {
      results = undefined;
      messages.push(message);
    } else if (results) {
      results.push(...message.content);
    } else {
      results = [...message.content];
      messages.push({ ...message, content: results });
    }
  }
  return { system, messages };
}

/** Whether a turn is made of results of tools alone, and of nothing that only OpenAI knows. */
function isResults(message: Message): message is UserMessage {
  return (
    message.role === 'user' &&
    message.content.length > 0 &&
    message.content.every(({ type }) => type === 'tool-result')
  );
}

function decodeMessage(message: FieldReader, box: OpaqueBox): Message {
  const role = message.string('role');
  switch (role) {
    case 'system':
    case 'developer':
      return decodeSystem(message, role);
    case 'user':
      return defined({
        role: 'user' as const,
        name: message.optionalString('name'),
        content: decodeContent(message, decodeUserPart),
        extensions: extensionsOf(message),
      });
    case 'assistant':
      return decodeAssistant(message, box);
    case 'tool':
    case 'function':
      return { role: 'user', content: [decodeResult(message, role)] };
    default:
      throw message.invalid('role', 'must be "system", "developer", "user", "assistant" or "tool"');
  }
}

function decodeSystem(message: FieldReader, rank: SystemMessage['rank']): SystemMessage {
  return defined({
    role: 'system' as const,
    rank,
    name: message.optionalString('name'),
    content: decodeContent(message, decodeTextPart),
    extensions: extensionsOf(message),
  });
}

/** The order in a turn that has none on this wire: reasoning, then text, then calls. */
function decodeAssistant(message: FieldReader, box: OpaqueBox): AssistantMessage {
  const name = message.optionalString('name');
  const reasoning = message.optionalString('reasoning_content') ?? message.optionalString('reasoning') ?? '';
  const refusal = message.optionalString('refusal');
  const content: AssistantPart[] = [
    ...decodeReasoning(message, reasoning, box),
    ...decodeContent(message, decodeAssistantPart),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...message.readers('tool_calls').map(decodeCall),
    ...decodeOldCall(message),
  ];
  return defined({ role: 'assistant' as const, name, content, extensions: extensionsOf(message) });
}

function decodeAssistantPart(part: FieldReader): AssistantPart {
  const type = part.string('type');
  if (type === 'text') return decodeText(part);
  if (type === 'refusal') return { type: 'refusal', text: part.string('refusal') };
  return { type: 'raw', protocol: OPENAI_CHAT, value: part.all() };
}

function decodeCall(call: FieldReader): ToolCallPart {
  call.countToolCall();
  const id = call.string('id');
  const type = call.optionalOneOf('type', ['function', 'custom']) ?? 'function';
  if (type === 'custom') {
    const custom = call.reader('custom');
    const [name, input] = [custom.string('name'), custom.string('input')];
    return defined({
      type: 'tool-call' as const,
      id,
      name,
      form: 'freeform' as const,
      arguments: input,
      extensions: extensionsOf(call, { custom }),
    });
  }
  const called = call.reader('function');
  const name = called.string('name');
  const args = called.callArguments();
  return defined({
    type: 'tool-call' as const,
    id,
    name,
    form: 'json' as const,
    arguments: args,
    opaque: decodeExtraContent(call.all(), 'gemini'),
    extensions: extensionsOf(call, { function: called }),
  });
}

/** `function_call`, from before calls had ids. */
function decodeOldCall(message: FieldReader): readonly ToolCallPart[] {
  const call = message.optionalReader('function_call');
  if (!call) return [];
  call.countToolCall();
  const name = call.string('name');
  return [
    {
      type: 'tool-call',
      id: `call_${name}`,
      name,
      form: 'json',
      arguments: call.callArguments(),
    },
  ];
}

function decodeResult(message: FieldReader, role: 'tool' | 'function'): ToolResultPart {
  const name = message.optionalString('name');
  const callId = role === 'function' ? `call_${name ?? ''}` : message.string('tool_call_id');
  const content = decodeContent(message, decodeTextPart);
  return defined({ type: 'tool-result' as const, callId, name, content, extensions: extensionsOf(message) });
}

import {
  type AssistantPart,
  defined,
  type FieldReader,
  type Message,
  type OpaqueBox,
  openState,
  type ReasoningPart,
  type SystemMessage,
  type ToolCallPart,
  type ToolResultPart,
  type UserMessage,
} from '@dragoman/plugin';
import { decodeAssistantPart, decodeResultPart, decodeTextPart, decodeUserPart } from './decode-parts.ts';
import { decodeContent } from '../../common/decode-content.ts';
import { referenceRules } from '../stored.ts';
import { RESPONSES } from '../wire.ts';

export interface DecodedInput {
  /** The leading run of system and developer messages. */
  readonly system: readonly SystemMessage[];
  readonly messages: readonly Message[];
  /** Items that only the server that made them can read. */
  readonly nativeOnly: readonly string[];
  /** Tools that the conversation itself brings. */
  readonly tools: readonly FieldReader[];
}

/** Decodes `input`. Items that follow each other on one side are one turn. */
export function decodeInput(fields: FieldReader, box: OpaqueBox): DecodedInput {
  const input = fields.value('input');
  if (typeof input === 'string') {
    const message: UserMessage = { role: 'user', content: [{ type: 'text', text: input }] };
    return { system: [], messages: [message], nativeOnly: [], tools: [] };
  }
  if (input !== undefined && !Array.isArray(input))
    throw fields.invalid('input', 'must be a string or an array of items');
  const reader = new InputReader(box);
  for (const [at, item] of fields.readers('input').entries()) reader.read(item, `input[${at}]`);
  return reader.result();
}

class InputReader {
  readonly #box: OpaqueBox;
  readonly #messages: Message[] = [];
  /** The content of the last message, where an item of the same side can join it. */
  #turn: AssistantPart[] | undefined;
  #results: ToolResultPart[] | undefined;
  /** The last call of each tool. */
  readonly #lastCalls = new Map<string, string>();
  readonly #nativeOnly: string[] = [];
  readonly #tools: FieldReader[] = [];
  /** A signature that waits for the call that it belongs to. */
  #signature: ReasoningPart['opaque'];

  constructor(box: OpaqueBox) {
    this.#box = box;
  }

  read(item: FieldReader, path: string): void {
    const isReference = referenceRules.idIn(item.all()) !== undefined;
    const type = isReference ? 'item_reference' : (item.optionalString('type') ?? 'message');
    switch (type) {
      case 'message':
        this.#message(item);
        break;
      case 'reasoning':
        this.#reasoning(item);
        break;
      case 'function_call':
      case 'custom_tool_call':
        this.#assistant([this.#call(item, type === 'custom_tool_call')]);
        break;
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#result(item);
        break;
      case 'item_reference':
        item.string('id');
        this.#nativeOnly.push(path);
        break;
      case 'additional_tools':
        this.#tools.push(...item.readers('tools'));
        break;
      default:
        this.#assistant([{ type: 'raw', protocol: RESPONSES, value: item.all() }]);
    }
  }

  result(): DecodedInput {
    const rest = this.#messages.findIndex(({ role }) => role !== 'system');
    const system = this.#messages.slice(0, rest < 0 ? this.#messages.length : rest) as SystemMessage[];
    const messages = this.#messages.slice(system.length);
    return { system, messages, nativeOnly: this.#nativeOnly, tools: this.#tools };
  }

  #message(item: FieldReader): void {
    const role = item.string('role');
    switch (role) {
      case 'user':
        this.#push({ role, content: decodeContent(item, decodeUserPart) });
        break;
      case 'assistant':
        this.#assistant(decodeContent(item, decodeAssistantPart));
        break;
      case 'system':
      case 'developer':
        this.#push({ role: 'system', rank: role, content: decodeContent(item, decodeTextPart) });
        break;
      default:
        throw item.invalid('role', 'must be "user", "assistant", "system" or "developer"');
    }
  }

  #assistant(parts: readonly AssistantPart[]): void {
    if (this.#turn) {
      this.#turn.push(...parts);
    } else if (parts.length > 0) {
      const content = [...parts];
      this.#push({ role: 'assistant', content });
      this.#turn = content;
    }
  }

  #push(message: Message): void {
    this.#messages.push(message);
    this.#turn = undefined;
    this.#results = undefined;
  }

  /** Clients send items full of nulls; one that says nothing is none. */
  #reasoning(item: FieldReader): void {
    const textsOf = (name: string): string =>
      item
        .readers(name)
        .map((part) => part.optionalString('text') ?? '')
        .join('\n\n');
    const [summary, raw] = [textsOf('summary'), textsOf('content')];
    const data = item.optionalString('encrypted_content');
    const opaque = data ? openState(this.#box, { protocol: RESPONSES, kind: 'reasoning', data }) : undefined;
    if (opaque?.kind === 'call') {
      this.#signature = opaque;
      return;
    }
    const text = raw || summary;
    if (text === '' && !opaque) return;
    const form: ReasoningPart['form'] = raw !== '' ? 'raw' : summary !== '' ? 'summary' : 'hidden';
    this.#assistant([defined({ type: 'reasoning' as const, text, form, opaque })]);
  }

  #call(item: FieldReader, isFreeform: boolean): ToolCallPart {
    item.countToolCall();
    const opaque = this.#signature;
    this.#signature = undefined;
    const [id, name] = [item.string('call_id'), item.string('name')];
    this.#lastCalls.set(name, id);
    return defined({
      type: 'tool-call' as const,
      id,
      name,
      namespace: item.optionalString('namespace'),
      form: isFreeform ? ('freeform' as const) : ('json' as const),
      arguments: isFreeform ? item.string('input') : item.callArguments(),
      opaque,
    });
  }

  #result(item: FieldReader): void {
    const name = item.optionalString('name');
    const callId = item.optionalString('call_id') ?? this.#lastCallOf(name);
    if (callId === undefined) throw item.invalid('call_id', 'is required');
    const content = decodeContent(
      item,
      (part) => decodeResultPart(part) ?? { type: 'text' as const, text: JSON.stringify(part.all()) },
      'output',
    );
    const result: ToolResultPart = defined({ type: 'tool-result' as const, callId, name, content });
    if (this.#results) {
      this.#results.push(result);
      return;
    }
    const results = [result];
    this.#push({ role: 'user', content: results });
    this.#results = results;
  }

  #lastCallOf(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#lastCalls.get(name);
  }
}

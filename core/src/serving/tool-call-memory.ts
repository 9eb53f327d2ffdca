import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type {
  AssistantMessage,
  AssistantPart,
  ChatEvent,
  ChatRequest,
  Message,
  Opaque,
  ReasoningPart,
  ToolCallPart,
} from '@dragoman/plugin';
import { canonicalArguments } from '@dragoman/plugin/internal/codec/tools/call-arguments';

/**
 * Remembers upstream signatures around tool calls, for clients that send a call back without them. A call is recognized
 * by its id, name and arguments, and only for the client key that got it.
 */
export interface ToolCallMemory {
  /** Observes a reply. */
  record(scope: string): ToolCallRecorder;
  /** Restores the signatures of calls in a history, if the client sends none. */
  restore(scope: string, request: ChatRequest): ChatRequest;
}

export interface ToolCallRecorder {
  push(event: ChatEvent): void;
}

interface Signed {
  readonly call?: Opaque;
  /** The thought before the call. */
  readonly reasoning: readonly ReasoningPart[];
}

/** Beyond this, the least recently used calls are forgotten. */
const MAX_BYTES = 32 * 1024 * 1024;

export function createToolCallMemory({ maxBytes = MAX_BYTES } = {}): ToolCallMemory {
  const known = new LRUCache<string, Signed>({
    maxSize: maxBytes,
    sizeCalculation: (signed, key) => sizeOf(key, signed),
  });
  return {
    record: (scope) => new ReplyRecorder((call, signed) => known.set(keyOf(scope, call), signed)),
    restore(scope, request) {
      if (known.size === 0) return request;
      const messages = request.messages.map((message): Message =>
        message.role === 'assistant'
          ? restoreTurn(message, (call) => known.get(keyOf(scope, call)))
          : message,
      );
      return { ...request, messages };
    },
  };
}

type Called = Pick<ToolCallPart, 'id' | 'name' | 'arguments'>;

/** Puts a reply's blocks together as far as necessary. */
class ReplyRecorder implements ToolCallRecorder {
  readonly #remember: (call: Called, signed: Signed) => void;
  readonly #open = new Map<
    number,
    { readonly call?: Omit<Called, 'arguments'>; text: string; opaque?: Opaque }
  >();
  #reasoning: ReasoningPart[] = [];

  constructor(remember: (call: Called, signed: Signed) => void) {
    this.#remember = remember;
  }

  push(event: ChatEvent): void {
    if (event.type === 'block-start') {
      const { block } = event;
      if (block.type === 'reasoning') this.#open.set(event.index, { text: '' });
      else if (block.type === 'tool-call' && !block.hosted)
        this.#open.set(event.index, { call: { id: block.id, name: block.name }, text: '' });
      return;
    }
    if (!('index' in event)) return;
    const open = this.#open.get(event.index);
    if (!open) return;
    if (event.type === 'block-delta') open.text += event.delta;
    else if (event.type === 'block-opaque') open.opaque = event.opaque;
    else if (event.type === 'block-end') this.#end(event.index);
  }

  #end(index: number): void {
    const { call, text, opaque } = this.#open.get(index) ?? { text: '' };
    this.#open.delete(index);
    if (!call) {
      const form = text === '' ? 'hidden' : 'raw';
      if (opaque) this.#reasoning.push({ type: 'reasoning', text, form, opaque });
      return;
    }
    const reasoning = this.#reasoning;
    this.#reasoning = [];
    if (opaque || reasoning.length > 0)
      this.#remember({ ...call, arguments: text }, { reasoning, ...(opaque && { call: opaque }) });
  }
}

function restoreTurn(
  message: AssistantMessage,
  recall: (call: ToolCallPart) => Signed | undefined,
): AssistantMessage {
  const hasState = message.content.some((part) => 'opaque' in part && part.opaque !== undefined);
  if (hasState) return message;
  const reasoning: ReasoningPart[] = [];
  const content = message.content.map((part): AssistantPart => {
    if (part.type !== 'tool-call') return part;
    const signed = recall(part);
    if (!signed) return part;
    reasoning.push(...signed.reasoning);
    return signed.call ? { ...part, opaque: signed.call } : part;
  });
  if (reasoning.length === 0) return { ...message, content };
  // The whole thought replaces what the client may have kept of its text.
  return { ...message, content: [...reasoning, ...content.filter(({ type }) => type !== 'reasoning')] };
}

function keyOf(scope: string, { id, name, arguments: text }: Called): string {
  const parts = JSON.stringify([scope, id, name, canonicalArguments(text)]);
  return createHash('sha256').update(parts).digest('base64url');
}

function sizeOf(key: string, { call, reasoning }: Signed): number {
  const parts = reasoning.map(({ text, opaque }) => text.length + (opaque?.data?.length ?? 0));
  return key.length + (call?.data?.length ?? 0) + parts.reduce((sum, size) => sum + size, 0);
}

import type { JsonObject } from '@dragoman/plugin';
import type { FrameTransport } from '../upstreams/wire-frames.ts';
import type { MockCall } from '../upstreams/mock-upstream.ts';

/** One request as the models got it, in the same terms for all wires. */
export interface ModelRequest {
  readonly wire: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';
  readonly model: string;
  readonly stream: boolean;
  /** The instructions; empty if there are none. */
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** The text of the last message: a question, or what a tool returned. */
  readonly says: string;
  /** The names of the tools. */
  readonly tools: readonly string[];
  /** The body as it was sent. */
  readonly body: JsonObject;
  /** The request over HTTP. */
  readonly call: MockCall;
}

/** A message without its form. */
export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
}

/** What a wire reads of a request. */
export interface WireRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Default: `sse`. */
  readonly transport?: FrameTransport;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly string[];
}

export function requestOf(
  wire: ModelRequest['wire'],
  { model, stream, messages, tools }: WireRequest,
  call: MockCall,
): ModelRequest {
  const isSystem = ({ role }: ModelMessage): boolean => role === 'system';
  const rest = messages.filter((message) => !isSystem(message));
  const system = messages.filter(isSystem).map(({ text }) => text);
  return {
    ...{ wire, model, stream, tools, call },
    body: call.body as JsonObject,
    system: system.join('\n'),
    messages: rest,
    says: rest.at(-1)?.text ?? '',
  };
}

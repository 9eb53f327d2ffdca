import type { PlaygroundInput } from '../../lib/admin/types.ts';
import { type Message, type Prompt, readTools } from './prompt.ts';

type Request = PlaygroundInput['request'];

export interface Asked {
  readonly model: string;
  /** What was said so far, besides the prompt. */
  readonly history?: readonly Message[];
}

/** A prompt in the gateway's own terms. Throws an `Error` that says what is wrong with its tools. */
export function toRequest(prompt: Prompt, { model, history = [] }: Asked): PlaygroundInput {
  const { temperature, topP, maxTokens, effort } = prompt.parameters;
  return {
    protocol: prompt.protocol,
    request: {
      model,
      system:
        prompt.system === ''
          ? []
          : [{ role: 'system', rank: 'system', content: [{ type: 'text', text: prompt.system }] }],
      messages: saidBy([...prompt.messages, ...history]),
      tools: readTools(prompt.tools).map(({ parameters, ...tool }) => ({
        kind: 'function',
        ...tool,
        schema: parameters as Readonly<Record<string, unknown>>,
      })),
      ...(maxTokens !== undefined && { maxTokens }),
      sampling: { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) },
      reasoning:
        effort === undefined ? {} : { effort: effort as NonNullable<Request['reasoning']['effort']> },
    },
  };
}

type Said = Request['messages'];

/** The results of calls that were made together go back together. */
function saidBy(messages: readonly Message[]): Said {
  const said: Said[number][] = [];
  for (const [at, message] of messages.entries()) {
    const next = messageOf(message);
    const last = said.at(-1);
    const isMore = message.role === 'tool' && messages[at - 1]?.role === 'tool';
    if (isMore && last?.role === 'user' && next.role === 'user')
      said[said.length - 1] = { ...last, content: [...last.content, ...next.content] };
    else said.push(next);
  }
  return said;
}

function messageOf(message: Message): Said[number] {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: [{ type: 'text', text: message.text }, ...message.images.map(imageOf)],
      };
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
          ...message.calls.map(({ id, name, arguments: given }) => ({
            type: 'tool-call' as const,
            form: 'json' as const,
            ...{ id, name, arguments: given },
          })),
        ],
      };
    case 'tool':
      return {
        role: 'user',
        content: [
          {
            type: 'tool-result',
            ...{ callId: message.callId, name: message.name, isError: message.isError },
            content: [{ type: 'text', text: message.text }],
          },
        ],
      };
  }
}

/** Of `data:image/png;base64,…`, or an address. */
function imageOf(image: string) {
  const [, mimeType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(image) ?? [];
  const source =
    mimeType === undefined || data === undefined
      ? { type: 'url' as const, url: image }
      : { type: 'base64' as const, mimeType, data };
  return { type: 'media' as const, media: 'image' as const, source };
}

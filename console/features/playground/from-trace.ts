import type { Trace, TraceDetail } from '../../lib/admin/types.ts';
import { askedOf, type Part, type Said, textOf } from '../traces/view/canonical.ts';
import { EMPTY_PROMPT, type Message, type Prompt } from './prompt.ts';

/** A recorded request as a prompt. It is made of what the client sent, not of what was shown of it. */
export function promptFromTrace({ protocol }: Trace, detail: TraceDetail): Prompt | undefined {
  const asked = askedOf(detail);
  if (!asked) return undefined;
  const { sampling, reasoning, maxTokens } = asked;
  const tools = asked.tools
    .filter(({ kind }) => kind === 'function')
    .map(({ name, description, schema }) => ({
      name,
      ...(description !== undefined && { description }),
      parameters: schema ?? { type: 'object' },
    }));
  return {
    ...EMPTY_PROMPT,
    protocol,
    system: asked.system.map(({ content }) => textOf(content)).join('\n\n'),
    messages: asked.messages.flatMap(messagesOf),
    tools: tools.length > 0 ? JSON.stringify(tools, undefined, 2) : '',
    parameters: {
      ...(sampling.temperature !== undefined && { temperature: sampling.temperature }),
      ...(sampling.topP !== undefined && { topP: sampling.topP }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(reasoning.effort !== undefined && { effort: reasoning.effort }),
    },
  };
}

function messagesOf({ role, content }: Said): readonly Message[] {
  if (role === 'assistant') {
    const calls = content.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ id: part.id ?? '', name: part.name ?? '', arguments: part.arguments ?? '' }]
        : [],
    );
    return [{ role, text: textOf(content), calls }];
  }
  const results = content.flatMap((part): readonly Message[] =>
    part.type === 'tool-result'
      ? [
          {
            role: 'tool',
            callId: part.callId ?? '',
            name: part.name ?? '',
            text: textOf(part.content ?? []),
            isError: part.isError ?? false,
          },
        ]
      : [],
  );
  const rest = content.filter(({ type }) => type !== 'tool-result');
  if (rest.length === 0) return results;
  return [...results, { role: 'user', text: textOf(rest), images: rest.flatMap(imageOf) }];
}

function imageOf({ type, media, source }: Part): readonly string[] {
  if (type !== 'media' || media !== 'image') return [];
  if (source?.type === 'base64') return [`data:${source.mimeType};base64,${source.data}`];
  return source?.url === undefined ? [] : [source.url];
}

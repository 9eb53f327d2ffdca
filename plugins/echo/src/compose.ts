import { type Block, type ChatRequest, defined, type FinishReason, GatewayError } from '@dragoman/plugin';
import { type ToolCall, chooseCalls } from './choose-calls.ts';
import { joinTexts, nameMedia, type Prompt, readPrompt } from './read-prompt.ts';
import { sampleSchemas } from './sample.ts';

/** A block of the answer with all of its text. */
export interface Passage {
  readonly block: Block;
  readonly text: string;
}

export interface Draft {
  readonly passages: readonly Passage[];
  readonly reason: FinishReason;
}

/** Writes the answers, before limits. Choices of one reply differ only in the ids of their calls. */
export function compose(
  request: ChatRequest,
  { reasons, choices }: { reasons: boolean; choices: number },
): readonly Draft[] {
  const prompt = readPrompt(request);
  const calls = chooseCalls(request, prompt);
  const thought: readonly Passage[] = reasons
    ? [{ block: { type: 'reasoning', form: 'raw' }, text: writeThought(prompt, calls) }]
    : [];
  const said: readonly Passage[] =
    calls.length === 0 ? [{ block: { type: 'text' }, text: writeText(request, prompt) }] : [];
  return Array.from({ length: choices }, (_, choice) => {
    const firstCall = prompt.calls.length + choice * calls.length + 1;
    const called = calls.map((call, index) => callPassage(call, firstCall + index));
    return { passages: [...thought, ...said, ...called], reason: calls.length > 0 ? 'tool-use' : 'stop' };
  });
}

function callPassage({ tool, arguments: text }: ToolCall, number: number): Passage {
  const { kind, name, namespace } = tool;
  const form = kind === 'function' ? ('json' as const) : ('freeform' as const);
  return {
    block: defined({ type: 'tool-call' as const, id: `call_${number}`, name, namespace, form }),
    text,
  };
}

function writeText({ output }: ChatRequest, prompt: Prompt): string {
  if (output?.type === 'json') return JSON.stringify({ echo: writeEcho(prompt) });
  if (output?.type !== 'schema') return writeEcho(prompt);
  const [value] = sampleSchemas([output.schema ?? true]);
  if (value !== undefined) return JSON.stringify(value);
  throw new GatewayError('invalid', 'No answer was found that satisfies the schema.', {
    field: 'output.schema',
  });
}

function writeEcho(prompt: Prompt): string {
  if (prompt.results.length > 0) return writeResults(prompt);
  const media = nameMedia(prompt.media);
  if (prompt.text === '') return media ? `You sent ${media}.` : 'You said nothing.';
  return `You said: ${prompt.text}${media && ` (with ${media})`}`;
}

function writeResults({ results, calls }: Prompt): string {
  const called = new Map(calls.toReversed().map(({ id, name }) => [id, name]));
  const lines = results.map(({ callId, name, isError, content, json }) => {
    const tool = name ?? called.get(callId) ?? 'The tool';
    const texts = [joinTexts(content), json === undefined ? '' : JSON.stringify(json)];
    const media = nameMedia(content.filter((part) => part.type === 'media'));
    const said = [...texts, media].filter((text) => text !== '').join(' and ') || 'nothing';
    return `${tool} ${isError ? 'failed' : 'answered'}: ${said}`;
  });
  return lines.join('\n');
}

function writeThought({ results }: Prompt, calls: readonly ToolCall[]): string {
  if (calls.length > 0)
    return `The user asks for ${calls.map(({ tool }) => tool.name).join(' and ')}, so I call it.`;
  return results.length > 0
    ? 'The tool has answered, so I pass it on.'
    : 'The user said something, so I repeat it.';
}

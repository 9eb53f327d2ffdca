import type { CallContext, ChatEvent, ChatRequest, Message, Usage } from '@dragoman/plugin';
import type { TextRules } from '../../upstreams/text-rules.ts';
import { HeldReply } from './held-reply.ts';
import type { TextTools } from './text-tools.ts';

/** Whether a model that answers without a call is asked again. */
export function mustCall(
  { toolChoice, sampling }: ChatRequest,
  { retries }: TextRules,
  { tools }: TextTools,
): boolean {
  const isForced = toolChoice?.mode === 'any' || toolChoice?.mode === 'one';
  return isForced && retries > 0 && tools.size > 0 && (sampling.count ?? 1) === 1;
}

interface Asked {
  readonly request: ChatRequest;
  readonly rules: TextRules;
  readonly tools: TextTools;
  readonly context: Pick<CallContext, 'drop'>;
}

/** Asks until the reply has a call. What was sent cannot be recalled, so a reply is held until its first call. */
export async function* askForCall(
  ask: (messages: readonly Message[]) => AsyncIterable<ChatEvent>,
  { request, rules, tools, context }: Asked,
): AsyncGenerator<ChatEvent> {
  let spent: Usage | undefined;
  let messages = request.messages;
  for (let left = rules.retries; ; left -= 1) {
    const reply = new HeldReply(spent);
    let isAskedAgain = false;
    for await (const event of ask(messages)) {
      for (const one of reply.push(event)) yield one;
      if (event.type !== 'finish' || !reply.isHeld) continue;
      isAskedAgain = left > 0 && event.reason === 'stop';
      if (isAskedAgain) break;
      context.drop('tool_choice', 'The model did not call a tool, although it had to.');
      for (const one of reply.release()) yield one;
    }
    if (!isAskedAgain) return;
    spent = reply.usage;
    messages = [...messages, ...reminderOf(reply.text, tools)];
  }
}

function reminderOf(text: string, { tools, only }: TextTools): readonly Message[] {
  const names = only === undefined ? [...tools.keys()] : [only];
  const wish = `Your reply has no valid tool call. Write one now, in the form that you were told and with nothing else. Tools: ${names.join(', ')}.`;
  const asked: Message = { role: 'user', content: [{ type: 'text', text: wish }] };
  return text === '' ? [asked] : [{ role: 'assistant', content: [{ type: 'text', text }] }, asked];
}

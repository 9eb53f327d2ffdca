import type {
  AssistantMessage,
  AssistantPart,
  Message,
  ToolCallPart,
  ToolResultPart,
  UserMessage,
  UserPart,
} from '../../canonical/chat.ts';

/**
 * A conversation in which every tool call has one result in the next turn, as strict upstreams require. An unanswered
 * call gets a result that says so; a result without a call becomes text.
 */
export function pairToolResults(messages: readonly Message[]): readonly Message[] {
  const paired: Message[] = [];
  const moved = new Set<UserPart>();
  let open: ToolCallPart[] = [];
  /** The content of the last turn, once several turns were merged into it. */
  let joined: AssistantPart[] | undefined;
  for (const [at, message] of messages.entries()) {
    if (message.role === 'user') {
      const own = open.length > 0 ? findResults(open, messages, at) : [];
      for (const part of own) moved.add(part);
      const content = [...own, ...restOf(message, moved)];
      if (content.length > 0) paired.push({ ...message, content });
      open = [];
      continue;
    }
    if (message.role === 'system') {
      // It may be between a call and its result.
      paired.push(message);
      continue;
    }
    const last = paired.at(-1);
    if (open.length > 0 && last?.role === 'assistant') {
      // Some clients keep each chunk of a stream as its own turn.
      joined ??= [...last.content];
      joined.push(...message.content);
      paired[paired.length - 1] = { ...last, ...message, content: joined };
      open.push(...callsOf(message));
      continue;
    }
    if (open.length > 0) paired.push({ role: 'user', content: open.map(noResult) });
    paired.push(message);
    joined = undefined;
    open = callsOf(message);
  }
  if (open.length > 0) paired.push({ role: 'user', content: open.map(noResult) });
  return paired;
}

function callsOf({ content }: AssistantMessage): ToolCallPart[] {
  return content.filter((part) => part.type === 'tool-call').filter(({ hosted }) => !hosted);
}

/** One result for each call, in order. Results may be spread over all messages from `at` to the next assistant turn. */
function findResults(
  calls: readonly ToolCallPart[],
  messages: readonly Message[],
  at: number,
): readonly ToolResultPart[] {
  const results = new Map<string, ToolResultPart>();
  for (let next = at; next < messages.length; next += 1) {
    const message = messages[next];
    if (message?.role === 'assistant') break;
    if (message?.role !== 'user') continue;
    for (const part of message.content) {
      if (part.type === 'tool-result' && !results.has(part.callId)) results.set(part.callId, part);
    }
  }
  return calls.map((call) => results.get(call.id) ?? noResult(call));
}

function restOf({ content }: UserMessage, moved: ReadonlySet<UserPart>): readonly UserPart[] {
  return content
    .filter((part) => !moved.has(part))
    .map((part) => (part.type === 'tool-result' ? orphanText(part) : part));
}

function noResult({ id, name }: ToolCallPart): ToolResultPart {
  const content = [{ type: 'text' as const, text: '(no result)' }];
  return { type: 'tool-result', callId: id, name, isError: true, content };
}

function orphanText({ callId, content, json }: ToolResultPart): UserPart {
  const texts = content.map((part) => (part.type === 'text' ? part.text : `(${part.media})`));
  const text = json === undefined ? texts.join('\n') : JSON.stringify(json);
  return { type: 'text', text: `Result of the tool call ${callId}: ${text}` };
}

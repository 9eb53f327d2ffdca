import type {
  AssistantMessage,
  Message,
  ToolCallPart,
  ToolResultPart,
  UserMessage,
  UserPart,
} from './chat.ts';

/**
 * A conversation in which every call of a tool has one result in the turn behind it, as strict upstreams
 * demand. A call that nobody answered gets a result that says so; a result of no call becomes text.
 */
export function pairToolResults(messages: readonly Message[]): readonly Message[] {
  const paired: Message[] = [];
  let open: readonly ToolCallPart[] = [];
  for (const message of messages) {
    if (message.role === 'user') {
      paired.push(answer(message, open));
      open = [];
      continue;
    }
    // A system text may stand between a call and its result; another turn of the assistant may not.
    if (message.role === 'assistant' && open.length > 0)
      paired.push({ role: 'user', content: open.map(noResult) });
    paired.push(message);
    if (message.role === 'assistant') open = callsOf(message);
  }
  if (open.length > 0) paired.push({ role: 'user', content: open.map(noResult) });
  return paired;
}

function callsOf({ content }: AssistantMessage): readonly ToolCallPart[] {
  return content.filter((part) => part.type === 'tool-call').filter(({ hosted }) => !hosted);
}

/** The results first, in the order of the calls; what else the turn holds follows. */
function answer(message: UserMessage, calls: readonly ToolCallPart[]): UserMessage {
  const results = message.content.filter((part) => part.type === 'tool-result');
  const own = calls.map((call) => results.find(({ callId }) => callId === call.id) ?? noResult(call));
  const used = new Set<UserPart>(own);
  const rest = message.content
    .filter((part) => !used.has(part))
    .map((part) => (part.type === 'tool-result' ? orphanText(part) : part));
  return { ...message, content: [...own, ...rest] };
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

import type { CallContext, ChatEvent, ChatRequest, Provider } from '@dragoman/plugin';
import type { Candidate } from '../../catalogue/candidate.ts';
import type { TextRules } from '../../upstreams/text-rules.ts';
import { askForCall, mustCall } from './ask-for-call.ts';
import { prepareRequest } from './prepare-request.ts';
import { ReplyReader } from './reply-reader.ts';
import { textToolsOf } from './text-tools.ts';

/**
 * How a candidate is asked: through text where its model writes calls or thoughts as text. Text may be held for a long
 * time, so `onSign` is called for each event of the provider.
 */
export function chatOf(
  { upstream, model }: Pick<Candidate, 'upstream' | 'model'>,
  onSign: () => void,
): Provider['chat'] {
  const { provider } = upstream;
  const rules = upstream.textRulesOf(model);
  return (request, context) =>
    rules ? chatThroughText({ provider, rules, onSign }, request, context) : provider.chat(request, context);
}

interface Asked {
  readonly provider: Provider;
  readonly rules: TextRules;
  readonly onSign: () => void;
}

function chatThroughText(
  { provider, rules, onSign }: Asked,
  request: ChatRequest,
  context: CallContext,
): AsyncIterable<ChatEvent> {
  const tools = textToolsOf(request);
  const ask = (messages: ChatRequest['messages']): AsyncIterable<ChatEvent> => {
    const prepared = prepareRequest({ ...request, messages }, rules, { tools, context });
    return readReply(provider.chat(prepared, context), new ReplyReader(rules, tools), onSign);
  };
  if (!mustCall(request, rules, tools)) return ask(request.messages);
  return askForCall(ask, { request, rules, tools, context });
}

async function* readReply(
  events: AsyncIterable<ChatEvent>,
  reader: ReplyReader,
  onSign: () => void,
): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    onSign();
    // Not `yield*`, which would wait for each.
    for (const one of reader.push(event)) yield one;
  }
}

import type { CallContext, ChatEvent, ChatRequest, Provider } from '@dragoman/plugin';
import type { Candidate } from '../../catalogue/candidate.ts';
import type { TextRules } from '../../upstreams/text-rules.ts';
import { prepareRequest } from './prepare-request.ts';
import { ReplyReader } from './reply-reader.ts';
import { textToolsOf } from './text-tools.ts';

/** How a candidate is asked: through text where its model writes calls or thoughts as text. */
export function chatOf({ upstream, model }: Pick<Candidate, 'upstream' | 'model'>): Provider['chat'] {
  const { provider } = upstream;
  const rules = upstream.textRulesOf(model);
  return (request, context) =>
    rules ? chatThroughText({ provider, rules }, request, context) : provider.chat(request, context);
}

async function* chatThroughText(
  { provider, rules }: { readonly provider: Provider; readonly rules: TextRules },
  request: ChatRequest,
  context: CallContext,
): AsyncGenerator<ChatEvent> {
  const tools = textToolsOf(request);
  const reader = new ReplyReader(rules, tools);
  for await (const event of provider.chat(prepareRequest(request, rules, { tools, context }), context)) {
    // Not `yield*`, which would wait for each.
    for (const one of reader.push(event)) yield one;
  }
}

import {
  type CallContext,
  type ChatRequest,
  forcedToolInstruction,
  type SystemMessage,
  type ToolChoice,
  type ToolTextFormat,
} from '@dragoman/plugin';
import type { TextRules } from '../../upstreams/text-rules.ts';
import { projectHistory } from './project-history.ts';
import type { TextTools } from './text-tools.ts';

/** The request as an upstream gets it whose text is read here. */
export function prepareRequest(
  request: ChatRequest,
  { format, transport, skipSpecialTokens }: TextRules,
  {
    tools,
    context,
  }: { readonly tools: TextTools; readonly context: Pick<CallContext, 'capabilities' | 'drop'> },
): ChatRequest {
  // Without tools, tokens of the template in the text would reach the client.
  const keepsMarkers = skipSpecialTokens !== undefined && (!format || tools.tools.size > 0);
  const asked = keepsMarkers ? { ...request, skipSpecialTokens } : request;
  if (!format) return asked;
  if (transport === 'passthrough') return { ...asked, stream: false };
  if (transport === 'choice-none') return { ...asked, toolChoice: { mode: 'none' } };
  for (const name of tools.hosted)
    context.drop('tools', `The upstream does not have the tool ${JSON.stringify(name)}.`);
  const { toolChoice, ...plain } = asked;
  const messages = projectHistory(request.messages, format.prompt, tools.names);
  if (tools.tools.size === 0) return { ...plain, messages, tools: [] };
  return {
    ...plain,
    ...withStops(plain, format, context),
    system: withBlock(request.system, blockOf(format, tools, toolChoice)),
    messages,
    tools: [],
  };
}

function blockOf({ prompt }: ToolTextFormat, { tools, only, isSingle }: TextTools, choice?: ToolChoice) {
  const told = [...tools.values()].filter(({ name }) => only === undefined || name === only);
  const forced = choice && forcedToolInstruction(only === undefined ? choice : { ...choice, names: [only] });
  return [
    prompt.tools(told),
    ...(forced === undefined ? [] : [forced]),
    ...(isSingle ? ['Make at most one tool call.'] : []),
  ].join('\n\n');
}

/** Appended to the last leading message: some templates take only one. */
function withBlock(system: readonly SystemMessage[], block: string): readonly SystemMessage[] {
  const last = system.at(-1);
  if (!last) return [{ role: 'system', rank: 'system', content: [{ type: 'text', text: block }] }];
  const part = last.content.at(-1);
  const text = part && part.text !== '' ? `${part.text}\n\n${block}` : block;
  return [
    ...system.slice(0, -1),
    { ...last, content: [...last.content.slice(0, -1), { ...part, type: 'text', text }] },
  ];
}

function withStops(
  { stop = [] }: Pick<ChatRequest, 'stop'>,
  { prompt }: ToolTextFormat,
  { capabilities }: Pick<CallContext, 'capabilities'>,
): Pick<ChatRequest, 'stop'> {
  if (!prompt.stop || !capabilities.stop) return {};
  return { stop: [...stop, ...prompt.stop] };
}

import { type Capabilities, GatewayError, type ReasoningMode, type ToolTextFormat } from '@dragoman/plugin';

/** What the text of a model may hold besides text. */
export interface TextRules {
  /** How it writes calls. Absent: its upstream reads them. */
  readonly format: ToolTextFormat | undefined;
  readonly transport: Capabilities['toolTransport'];
  readonly reasoning: ReasoningMode;
  readonly skipSpecialTokens: boolean | undefined;
  /** How often it is asked again for a call that it had to make. */
  readonly retries: number;
}

/** `undefined` where text is only text. */
export function findTextRules(
  { toolCalls, toolTransport: transport, reasoning, skipSpecialTokens, toolCallRetries }: Capabilities,
  formats: ReadonlyMap<string, ToolTextFormat>,
): TextRules | undefined {
  if (toolCalls === 'native') {
    if (reasoning === undefined || reasoning === 'none') return undefined;
    return { format: undefined, transport, reasoning, skipSpecialTokens, retries: 0 };
  }
  const format = formats.get(toolCalls);
  // The configuration was checked; a provider may still name a format of a plugin that is not there.
  if (!format) throw new GatewayError('internal', `There is no tool format ${JSON.stringify(toolCalls)}.`);
  const retries = toolCallRetries ?? format.retries ?? 0;
  return { format, transport, reasoning: reasoning ?? 'tagged', skipSpecialTokens, retries };
}

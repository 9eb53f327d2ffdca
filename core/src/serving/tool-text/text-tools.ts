import {
  type ChatRequest,
  createToolNames,
  describeFreeform,
  FREEFORM_SCHEMA,
  type NameRule,
  type TextTool,
  type ToolNames,
} from '@dragoman/plugin';

/** What a name may be in text: anything that cannot be taken for markup around it. */
const NAME: NameRule = { pattern: /^[^\s<>{}[\]()"'`,;|=\\]+$/, maxLength: 128 };

/** The tools of a request, for a model that reads and writes them as text. */
export interface TextTools {
  /** By the names that the model sees; empty if it may call none. */
  readonly tools: ReadonlyMap<string, TextTool>;
  readonly names: ToolNames;
  /** The one tool that it has to call. */
  readonly only: string | undefined;
  /** Whether it may make one call only. */
  readonly isSingle: boolean;
  /** Names of tools that would run at the upstream, which text cannot express. */
  readonly hosted: readonly string[];
}

export function textToolsOf(request: ChatRequest): TextTools {
  const { toolChoice } = request;
  const names = createToolNames(request, NAME);
  const allowed = toolChoice?.names && new Set(toolChoice.names);
  const tools = new Map<string, TextTool>();
  const hosted: string[] = [];
  for (const tool of toolChoice?.mode === 'none' ? [] : request.tools) {
    if (tool.kind === 'hosted') hosted.push(tool.name);
    else if (!allowed || allowed.has(tool.name)) {
      const name = names.toWire(tool.name, tool.namespace);
      const isFreeform = tool.kind === 'freeform';
      const description = isFreeform ? describeFreeform(tool) : tool.description;
      const schema = isFreeform ? FREEFORM_SCHEMA : (tool.schema ?? { type: 'object', properties: {} });
      if (!tools.has(name)) tools.set(name, { name, description, schema });
    }
  }
  const [only] = toolChoice?.mode === 'one' ? tools.keys() : [];
  return { tools, names, only, hosted, isSingle: toolChoice?.parallel === false };
}

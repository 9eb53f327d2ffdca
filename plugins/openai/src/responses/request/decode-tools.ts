import {
  defined,
  FieldReader,
  invalidField,
  type JsonValue,
  type Tool,
  type ToolChoice,
  type WebSearch,
} from '@dragoman/plugin';
import { extensionsOf } from '../extensions.ts';
import { CONTEXT_SIZES, HOSTED_TYPES } from '../wire.ts';

/** Decodes `tools`; those of a namespace come one by one, and what only says that tools come later goes. */
export function decodeTools(tools: readonly FieldReader[]): readonly Tool[] {
  return tools.flatMap((tool) => decodeTool(tool));
}

function decodeTool(tool: FieldReader, namespace?: string): readonly Tool[] {
  const type = tool.string('type');
  switch (type) {
    case 'function':
      return [decodeFunction(tool, namespace)];
    case 'custom':
      return [decodeCustom(tool, namespace)];
    case 'namespace': {
      const name = tool.string('name');
      return tool.readers('tools').flatMap((inner) => decodeTool(inner, name));
    }
    case 'tool_search':
      return [];
    default:
      return [decodeHosted(tool, type)];
  }
}

function decodeFunction(tool: FieldReader, namespace: string | undefined): Tool {
  tool.optionalBoolean('defer_loading');
  return defined({
    kind: 'function' as const,
    name: decodeName(tool),
    namespace,
    description: tool.optionalString('description'),
    schema: tool.optionalObject('parameters'),
    strict: tool.optionalBoolean('strict'),
    extensions: extensionsOf(tool),
  });
}

function decodeCustom(tool: FieldReader, namespace: string | undefined): Tool {
  const format = tool.optionalReader('format');
  const grammar =
    format?.optionalString('type') === 'grammar'
      ? {
          syntax: format.optionalOneOf('syntax', ['lark', 'regex']) ?? ('lark' as const),
          definition: format.string('definition'),
        }
      : undefined;
  return defined({
    kind: 'freeform' as const,
    name: decodeName(tool),
    namespace,
    description: tool.optionalString('description'),
    grammar,
    extensions: extensionsOf(tool),
  });
}

function decodeName(tool: FieldReader): string {
  const name = tool.string('name');
  if (name === '') throw tool.invalid('name', 'must not be empty');
  return name;
}

function decodeHosted(tool: FieldReader, type: string): Tool {
  const hosted = HOSTED_TYPES.find(([start]) => type.startsWith(start))?.[1] ?? 'other';
  const search = hosted === 'web-search' ? decodeWebSearch(tool) : undefined;
  const name = hosted === 'web-search' ? 'web_search' : type;
  return defined({ kind: 'hosted' as const, name, hosted, search, options: tool.all() });
}

function decodeWebSearch(tool: FieldReader): WebSearch {
  const place = tool.optionalReader('user_location');
  return defined({
    allowedDomains: tool.optionalReader('filters')?.optionalStrings('allowed_domains'),
    contextSize: tool.optionalOneOf('search_context_size', CONTEXT_SIZES),
    location:
      place &&
      defined({
        city: place.optionalString('city'),
        region: place.optionalString('region'),
        country: place.optionalString('country'),
        timezone: place.optionalString('timezone'),
      }),
  });
}

const MODES = { auto: 'auto', none: 'none', required: 'any' } as const;

export function decodeToolChoice(fields: FieldReader): ToolChoice | undefined {
  const parallel = fields.optionalBoolean('parallel_tool_calls');
  const choice = fields.value('tool_choice');
  if (choice === undefined) return parallel === undefined ? undefined : { mode: 'auto', parallel };
  return defined({ ...decodeChoice(choice), parallel });
}

function decodeChoice(choice: JsonValue): ToolChoice {
  if (typeof choice === 'string') {
    if (Object.hasOwn(MODES, choice)) return { mode: MODES[choice as keyof typeof MODES] };
    throw invalidField('tool_choice', 'must be "auto", "none", "required" or an object that names a tool');
  }
  const fields = FieldReader.of(choice, 'tool_choice');
  const type = fields.string('type');
  if (type === 'allowed_tools') {
    const names = fields.readers('tools').map((tool) => tool.optionalString('name') ?? tool.string('type'));
    const isForced = fields.optionalOneOf('mode', ['auto', 'required']) === 'required';
    return { mode: isForced ? 'any' : 'auto', names };
  }
  return { mode: 'one', names: [fields.optionalString('name') ?? type] };
}

import {
  defined,
  FieldReader,
  invalidField,
  type JsonValue,
  type Tool,
  type ToolChoice,
} from '@dragoman/plugin';
import { extensionsOf } from '../extensions.ts';
import { VERBOSITIES } from '../../common/values.ts';

/** All that a request offers to the model, new and old fields alike. */
export function decodeTools(fields: FieldReader): readonly Tool[] {
  const old = fields.readers('functions').map((tool) => decodeFunction(tool, tool));
  const search = fields.optionalReader('web_search_options');
  const hosted = search ? [decodeWebSearch(search)] : [];
  return [...fields.readers('tools').map(decodeTool), ...old, ...hosted];
}

function decodeWebSearch(options: FieldReader): Tool {
  const place = options.optionalReader('user_location')?.optionalReader('approximate');
  const search = defined({
    contextSize: options.optionalOneOf('search_context_size', VERBOSITIES),
    location:
      place &&
      defined({
        city: place.optionalString('city'),
        region: place.optionalString('region'),
        country: place.optionalString('country'),
        timezone: place.optionalString('timezone'),
      }),
  });
  return { kind: 'hosted', name: 'web_search', hosted: 'web-search', search, options: options.all() };
}

function decodeTool(tool: FieldReader): Tool {
  const type = tool.string('type');
  if (type === 'function') return decodeFunction(tool.reader('function'), tool);
  if (type === 'custom') return decodeCustom(tool.reader('custom'), tool);
  throw tool.invalid('type', 'must be "function" or "custom"');
}

function decodeFunction(called: FieldReader, tool: FieldReader): Tool {
  return defined({
    kind: 'function' as const,
    name: decodeName(called),
    description: called.optionalString('description'),
    schema: called.optionalObject('parameters'),
    strict: called.optionalBoolean('strict'),
    extensions: extensionsOf(tool, called === tool ? {} : { function: called }),
  });
}

function decodeCustom(custom: FieldReader, tool: FieldReader): Tool {
  const grammar = custom.optionalReader('format')?.optionalReader('grammar');
  return defined({
    kind: 'freeform' as const,
    name: decodeName(custom),
    description: custom.optionalString('description'),
    grammar: grammar && {
      syntax: grammar.optionalOneOf('syntax', ['lark', 'regex']) ?? 'lark',
      definition: grammar.string('definition'),
    },
    extensions: extensionsOf(tool, { custom }),
  });
}

function decodeName(fields: FieldReader): string {
  const name = fields.string('name');
  if (name === '') throw fields.invalid('name', 'must not be empty');
  return name;
}

const CHOICES = { auto: 'auto', none: 'none', required: 'any' } as const;

export function decodeToolChoice(fields: FieldReader): ToolChoice | undefined {
  const parallel = fields.optionalBoolean('parallel_tool_calls');
  const name = fields.value('tool_choice') === undefined ? 'function_call' : 'tool_choice';
  const choice = fields.value(name);
  if (choice === undefined) return parallel === undefined ? undefined : { mode: 'auto', parallel };
  return defined({ ...decodeChoice(choice, name), parallel });
}

function decodeChoice(choice: JsonValue, path: string): ToolChoice {
  if (typeof choice === 'string') {
    if (Object.hasOwn(CHOICES, choice)) return { mode: CHOICES[choice as keyof typeof CHOICES] };
    throw invalidField(path, 'must be "auto", "none", "required" or an object that names a tool');
  }
  const fields = FieldReader.of(choice, path);
  const type = fields.optionalOneOf('type', ['function', 'custom', 'allowed_tools']) ?? 'function';
  if (type === 'allowed_tools') return decodeAllowed(fields.reader('allowed_tools'));
  const named = fields.optionalReader(type) ?? fields;
  return { mode: 'one', names: [named.string('name')] };
}

function decodeAllowed(allowed: FieldReader): ToolChoice {
  const names = allowed
    .readers('tools')
    .map((tool) => (tool.optionalReader('function') ?? tool.optionalReader('custom') ?? tool).string('name'));
  if (names.length === 0) throw allowed.invalid('tools', 'must name at least one tool');
  return { mode: allowed.optionalOneOf('mode', ['auto', 'required']) === 'required' ? 'any' : 'auto', names };
}

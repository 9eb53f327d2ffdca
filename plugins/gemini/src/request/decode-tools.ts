import { defined, type FieldReader, type HostedTool, type Tool, type ToolChoice } from '@dragoman/plugin';
import { decodeSchema } from './decode-schema.ts';
import { extensionsOf } from '../extensions.ts';

/** Tools that run at the upstream, by the field that asks for them. */
const HOSTED: Readonly<Record<string, HostedTool['hosted']>> = {
  googleSearch: 'web-search',
  googleSearchRetrieval: 'web-search',
  urlContext: 'web-fetch',
  codeExecution: 'code-execution',
  fileSearch: 'file-search',
  computerUse: 'computer',
};

/** Decodes `tools`: each holds functions, and a field for each tool that runs at the upstream. */
export function decodeTools(fields: FieldReader): readonly Tool[] {
  return fields.readers('tools').flatMap((tool): readonly Tool[] => {
    const functions = tool.readers('functionDeclarations').map(decodeFunction);
    const hosted = Object.entries(tool.rest() ?? {}).map(([name, value]) => ({
      kind: 'hosted' as const,
      name: HOSTED[name] === 'web-search' ? 'web_search' : name,
      hosted: HOSTED[name] ?? ('other' as const),
      options: { [name]: value },
    }));
    return [...functions, ...hosted];
  });
}

function decodeFunction(fields: FieldReader): Tool {
  const name = fields.string('name');
  if (name === '') throw fields.invalid('name', 'must not be empty');
  const own = fields.optionalObject('parameters');
  return defined({
    kind: 'function' as const,
    name,
    description: fields.optionalString('description'),
    schema: fields.optionalObject('parametersJsonSchema') ?? (own && decodeSchema(own)),
    extensions: extensionsOf(fields),
  });
}

const MODES = ['AUTO', 'ANY', 'NONE', 'VALIDATED', 'MODE_UNSPECIFIED'] as const;

export function decodeToolChoice(fields: FieldReader): ToolChoice | undefined {
  const config = fields.optionalReader('toolConfig')?.optionalReader('functionCallingConfig');
  if (!config) return undefined;
  const mode = config.optionalOneOf('mode', MODES);
  const names = config.optionalStrings('allowedFunctionNames');
  switch (mode) {
    case 'NONE':
      return { mode: 'none' };
    case 'ANY':
      return defined({ mode: names?.length === 1 ? ('one' as const) : ('any' as const), names });
    case 'VALIDATED':
      return defined({ mode: 'auto' as const, names });
    default:
      return mode === 'AUTO' ? { mode: 'auto' } : undefined;
  }
}

import { defined, type FieldReader, type Tool, type WebSearch } from '@dragoman/plugin';
import { CLIENT_TOOLS } from './client-tools.ts';
import { decodeCache } from './decode-content.ts';
import { extensionsOf } from '../extensions.ts';

/** Decodes `tools`. What only says that tools are to be found later goes: other wires get all tools at once. */
export function decodeTools(fields: FieldReader): readonly Tool[] {
  return fields.readers('tools').flatMap((tool) => {
    const type = tool.optionalString('type') ?? 'custom';
    if (type.startsWith('tool_search_')) return [];
    return [type === 'custom' ? decodeFunction(tool) : decodeDated(tool, type)];
  });
}

function decodeFunction(tool: FieldReader): Tool {
  tool.optionalBoolean('defer_loading');
  return defined({
    kind: 'function' as const,
    name: tool.string('name'),
    description: tool.optionalString('description'),
    schema: tool.optionalObject('input_schema'),
    strict: tool.optionalBoolean('strict'),
    cache: decodeCache(tool),
    extensions: extensionsOf(tool),
  });
}

/** A dated type such as `bash_20250124`: a tool that Anthropic defines. The client runs it, or Anthropic does. */
function decodeDated(tool: FieldReader, type: string): Tool {
  const name = tool.string('name');
  const family = type.replace(/_\d{8}$/, '');
  const known = Object.hasOwn(CLIENT_TOOLS, family) ? CLIENT_TOOLS[family] : undefined;
  if (known) {
    const cache = decodeCache(tool);
    return defined({
      kind: 'function' as const,
      name,
      ...known,
      cache,
      extensions: { anthropic: tool.all() },
    });
  }
  if (family === 'web_search') {
    const search = decodeWebSearch(tool);
    return { kind: 'hosted', name, hosted: 'web-search', search, options: tool.all() };
  }
  return { kind: 'hosted', name, hosted: 'other', options: tool.all() };
}

function decodeWebSearch(tool: FieldReader): WebSearch {
  const location = tool.optionalReader('user_location');
  return defined({
    maxUses: tool.optionalInteger('max_uses'),
    allowedDomains: tool.optionalStrings('allowed_domains'),
    blockedDomains: tool.optionalStrings('blocked_domains'),
    location:
      location &&
      defined({
        city: location.optionalString('city'),
        region: location.optionalString('region'),
        country: location.optionalString('country'),
        timezone: location.optionalString('timezone'),
      }),
  });
}

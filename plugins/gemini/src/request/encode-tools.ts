import {
  type ChatRequest,
  defined,
  describeFreeform,
  firstOfNames,
  FREEFORM_SCHEMA,
  type FreeformTool,
  type FunctionTool,
  GatewayError,
  type HostedTool,
  type JsonObject,
  REQUEST_WORK,
  SCHEMA_WORK,
  WorkBudget,
  type WorkSubject,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../encode-context.ts';
import { withExtensions } from '../extensions.ts';
import { reduceSchema } from './reduce-schema.ts';
import { GEMINI } from '../wire.ts';

/** Encodes `tools`: all functions in one entry, and one for each tool that runs at the upstream. */
export function encodeTools(
  { tools, protocol }: ChatRequest,
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const work = new WorkBudget({ field: 'tools', claim: 'The schemas of all tools are' }, REQUEST_WORK);
  const functions = tools.flatMap((tool) =>
    tool.kind === 'hosted' ? [] : [encodeFunction(tool, work, context)],
  );
  const hosted = tools.flatMap((tool) =>
    tool.kind === 'hosted' ? [encodeHosted(tool, protocol === GEMINI, context)] : [],
  );
  return functions.length > 0 ? [{ functionDeclarations: functions }, ...hosted] : hosted;
}

function encodeFunction(
  tool: FunctionTool | FreeformTool,
  work: WorkBudget,
  context: EncodeRequestContext,
): JsonObject {
  const { names, capabilities, drop } = context;
  if (tool.cache) drop('tools.cache', 'Tools carry no cache marks here.');
  if (tool.kind === 'function' && tool.strict)
    drop('tools.strict', 'The upstream enforces no schemas of tools.');
  const name = names.toWire(tool.name, tool.namespace);
  const isFreeform = tool.kind === 'freeform';
  const description = isFreeform ? describeFreeform(tool) : tool.description;
  const schema = isFreeform ? FREEFORM_SCHEMA : tool.schema;
  const parameters =
    schema === undefined || isEmpty(schema)
      ? {}
      : capabilities.toolSchema === 'json-schema'
        ? { parametersJsonSchema: schema }
        : { parameters: reduceSchema(schema, work.share(subjectOf(tool), SCHEMA_WORK)) };
  return withExtensions(defined({ name, description, ...parameters }), tool.extensions);
}

function subjectOf({ name }: FunctionTool | FreeformTool): WorkSubject {
  return { field: 'tools', claim: `The schema of the tool ${JSON.stringify(name)} is` };
}

/** An object without properties is refused by some servers; no schema at all says the same. */
function isEmpty({ type, properties, ...rest }: JsonObject): boolean {
  const isObject = type === undefined || type === 'object';
  const others = Object.keys(rest).filter(
    (key) => !['$schema', 'additionalProperties', 'required'].includes(key),
  );
  return isObject && Object.keys(properties ?? {}).length === 0 && others.length === 0;
}

function encodeHosted(tool: HostedTool, isNative: boolean, { drop }: EncodeRequestContext): JsonObject {
  if (isNative && tool.options) return tool.options;
  if (tool.hosted !== 'web-search') {
    const message = `The model's upstream has no hosted tool like ${JSON.stringify(tool.name)}.`;
    throw new GatewayError('invalid', message, { field: 'tools', code: 'unsupported_parameter' });
  }
  for (const name of Object.keys(tool.search ?? {}))
    drop(`tools.${name}`, 'The search has no such parameter here.');
  return { googleSearch: {} };
}

/** Encodes `toolConfig`. Free choice is what the server assumes. */
export function encodeToolConfig(
  { toolChoice, tools }: ChatRequest,
  { names: wire, capabilities, drop }: EncodeRequestContext,
): JsonObject | undefined {
  if (!toolChoice) return undefined;
  const { mode, names = [], parallel } = toolChoice;
  if (parallel === false) drop('parallel_tool_calls', 'The upstream may always call several tools at once.');
  const isForced = mode === 'any' || mode === 'one';
  if (isForced && !capabilities.forcedToolChoice) {
    drop('tool_choice', 'The model takes no forced tool choice and is asked in words.');
    return undefined;
  }
  const known = firstOfNames(tools);
  const allowed = names.map((name) => {
    const tool = known.get(name);
    return wire.toWire(name, tool?.kind === 'hosted' ? undefined : tool?.namespace);
  });
  if (mode === 'auto' && allowed.length === 0) return undefined;
  const wireMode = mode === 'none' ? 'NONE' : isForced ? 'ANY' : 'VALIDATED';
  const isNamed = mode !== 'none' && allowed.length > 0;
  return { functionCallingConfig: { mode: wireMode, ...(isNamed && { allowedFunctionNames: allowed }) } };
}

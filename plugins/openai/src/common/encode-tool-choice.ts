import {
  type ChatRequest,
  firstOfNames,
  type JsonObject,
  type JsonValue,
  type Tool,
  type ToolChoice,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from './encode-request-context.ts';

/** How a wire writes a choice of tools. */
export interface ToolChoiceWriter {
  /** Names one tool; `tools` are those of the request, by name. */
  name(name: string, tools: ReadonlyMap<string, Tool>): JsonObject;
  /** Allows only these tools. */
  allow(mode: string, tools: readonly JsonObject[]): JsonObject;
}

const MODES = {
  auto: 'auto',
  none: 'none',
  any: 'required',
} as const satisfies Partial<Record<ToolChoice['mode'], string>>;

/** Encodes `tool_choice`; `undefined` where the request has none. */
export function encodeToolChoice(
  { toolChoice, tools }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
  writer: ToolChoiceWriter,
): JsonValue | undefined {
  if (!toolChoice) return undefined;
  const { mode, names = [], parallel } = toolChoice;
  const known = firstOfNames(tools);
  const named = names.map((name) => writer.name(name, known));
  if ((mode === 'any' || mode === 'one') && !capabilities.forcedToolChoice) {
    drop('tool_choice', 'The model takes no forced tool choice and is asked in words.');
    return 'auto';
  }
  if (mode === 'one') return named[0];
  if (mode !== 'none' && named.length > 0) return writer.allow(MODES[mode], named);
  // A request that only mentions parallel calls chose nothing.
  return mode === 'auto' && parallel !== undefined ? undefined : MODES[mode];
}

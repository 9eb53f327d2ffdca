import { Validator } from '@cfworker/json-schema';
import {
  firstOfNames,
  type FunctionTool,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Tool,
  tryWithinTime,
} from '@dragoman/plugin';
import type { CallState } from '@dragoman/plugin/internal/canonical/trace-record';
import { closestName } from '../text/closest.ts';
import type { TimedEvent } from './worker/read-reply.ts';

/** Part of the arguments that does not match the schema. */
export interface SchemaProblem {
  /** A JSON Pointer into the arguments. */
  readonly path: string;
  readonly message: string;
}

/** A tool call, as its client received it. Times are milliseconds from the beginning of the request. */
export interface ToolCallRecord {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
  /** When the arguments had grown to what length. */
  readonly growth: readonly (readonly [ms: number, length: number])[];
  readonly startMs: number;
  readonly endMs: number;
  readonly state: CallState;
  /** The JSON parser's message, or why the arguments were not checked. */
  readonly error?: string;
  readonly problems?: readonly SchemaProblem[];
}

interface OpenCall {
  readonly callId: string;
  readonly name: string;
  readonly isFreeform: boolean;
  readonly startMs: number;
  readonly growth: [number, number][];
  text: string;
  endMs: number;
  isWhole: boolean;
}

/** Finds the calls in a reply that the client has to answer, and checks their arguments against the declared tools. */
export function readToolCalls(
  events: readonly TimedEvent[],
  tools: readonly Tool[],
  judgeMs?: number,
): readonly ToolCallRecord[] {
  const open = new Map<number, OpenCall>();
  for (const { ms, event } of events) {
    if (event.type === 'block-start' && event.block.type === 'tool-call' && !event.block.hosted) {
      const { id, name, form } = event.block;
      const isFreeform = form === 'freeform';
      const call = {
        callId: id,
        name,
        isFreeform,
        startMs: ms,
        growth: [],
        text: '',
        endMs: ms,
        isWhole: false,
      };
      open.set(event.index, call);
    } else if (event.type === 'block-delta') {
      const call = open.get(event.index);
      if (!call) continue;
      call.text += event.delta;
      call.endMs = ms;
      call.growth.push([ms, call.text.length]);
    } else if (event.type === 'block-end') {
      const call = open.get(event.index);
      if (call) {
        call.endMs = ms;
        call.isWhole = true;
      }
    }
  }
  if (open.size === 0) return [];
  const known = firstOfNames(tools);
  return [...open.values()].map((call) => judge(call, known.get(call.name), judgeMs));
}

function judge(
  { isFreeform, isWhole, text, ...call }: OpenCall,
  tool: Tool | undefined,
  judgeMs: number | undefined,
): ToolCallRecord {
  const record = { ...call, arguments: text };
  if (!isWhole) return { ...record, state: 'cut' };
  if (!tool) return { ...record, state: 'undeclared' };
  if (isFreeform || tool.kind !== 'function') return { ...record, state: 'ok' };
  let value: JsonValue;
  try {
    value = JSON.parse(text === '' ? '{}' : text) as JsonValue;
  } catch (error) {
    return {
      ...record,
      state: 'invalid-json',
      error: error instanceof Error ? error.message : String(error),
    };
  }
  const check = (): readonly SchemaProblem[] => checkSchema(tool, value);
  // A schema may contain regular expressions that never terminate.
  const problems = judgeMs === undefined ? check() : tryWithinTime(judgeMs, check);
  if (!problems) return { ...record, state: 'ok', error: 'The schema could not be checked in time.' };
  return problems.length > 0 ? { ...record, state: 'schema', problems } : { ...record, state: 'ok' };
}

/** More than these help nobody. */
const MAX_PROBLEMS = 20;

function checkSchema({ schema }: FunctionTool, value: JsonValue): readonly SchemaProblem[] {
  if (!schema) return [];
  try {
    const { errors } = new Validator(schema, '2020-12', false).validate(value);
    // The error of a part is repeated by each part that contains it.
    const own = errors.filter(({ keyword }) => !CONTAINERS.has(keyword));
    return (own.length > 0 ? own : errors)
      .slice(0, MAX_PROBLEMS)
      .map(({ instanceLocation, keyword, error }) => {
        const path = instanceLocation.replace(/^#/, '');
        return { path, message: keyword === 'false' ? notInSchema(path, schema) : error };
      });
  } catch {
    // An unreadable schema is the client's problem; it validates nothing.
    return [];
  }
}

/** They only say that something inside is wrong, which is reported on its own. */
const CONTAINERS = new Set(['properties', 'items', 'prefixItems', 'additionalProperties', 'allOf', '$ref']);

function notInSchema(path: string, schema: JsonObject): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { properties } = schema;
  const isTop = path.lastIndexOf('/') === 0;
  const meant = isTop && isJsonObject(properties) ? closestName(name, Object.keys(properties)) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
  return `${JSON.stringify(name)} is not in the schema${hint || '.'}`;
}

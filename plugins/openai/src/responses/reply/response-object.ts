import type { EncodeContext, JsonObject, JsonValue } from '@dragoman/plugin';
import { RESPONSES } from '../wire.ts';

export interface ResponseHead {
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** The id under which a client knows the response to its request. */
function responseId({ id }: Pick<EncodeContext, 'id'>): string {
  return `resp_${id}`;
}

/** The id of an item of a response's output. It tells whose it is, as clients may send nothing else of the item. */
export function itemId({ id }: Pick<EncodeContext, 'id'>, prefix: string, at: number): string {
  return `${prefix}_${id}_${at}`;
}

/** The id of the response that an item of {@link itemId} belongs to. */
export function responseIdOfItem(item: string): string | undefined {
  const id = /^[a-z]+_(\w+)_\d+$/.exec(item)?.[1];
  return id === undefined ? undefined : responseId({ id });
}

/** What changes of a response while it comes. */
export interface Progress {
  readonly status: Status;
  readonly output: readonly JsonValue[];
  readonly usage?: JsonObject;
  readonly error?: JsonObject;
  readonly incompleteReason?: string;
}

/** A `response` with every field that SDKs require: it repeats what the request asked for. */
export function encodeResponse(
  context: EncodeContext,
  { model, created }: ResponseHead,
  { status, output, usage, error, incompleteReason }: Progress,
): JsonObject {
  const kept = context.request.extensions?.[RESPONSES]?.['asked'] ?? {};
  const { reasoning, ...asked } = kept as JsonObject;
  return {
    id: responseId(context),
    object: 'response',
    created_at: created,
    status,
    background: false,
    error: error ?? null,
    incomplete_details: incompleteReason === undefined ? null : { reason: incompleteReason },
    model,
    output,
    reasoning: { effort: null, summary: null, ...(reasoning as JsonObject | undefined) },
    usage: usage ?? null,
    ...DEFAULTS,
    ...asked,
    ...(context.storeFailed && { store: false }),
  };
}

/** What the server assumes where a request is silent. */
const DEFAULTS: JsonObject = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  store: true,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
};

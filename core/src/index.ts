/** What authors of plugins and of `gateway.config.ts` import. */
export * from './canonical/chat.ts';
export * from './canonical/embed.ts';
export * from './canonical/errors.ts';
export * from './canonical/json.ts';
export { readCount, sumCounts } from './canonical/usage.ts';
export type { Model } from './canonical/models.ts';
export { type Capabilities, type CapabilityTable, DEFAULT_CAPABILITIES } from './plugin/capabilities.ts';
export * from './plugin/define.ts';
export type * from './plugin/observer.ts';
export type * from './plugin/plugin.ts';
export type { HeaderMap, HttpClient, HttpReply, HttpRequest } from './transport/http.ts';
export { BlockSerializer, BlockWriter } from './canonical/blocks.ts';
export {
  type ConversationRules,
  listRules,
  type ReferenceRules,
  type StoredRules,
} from './plugin/conversation-rules.ts';
export { withoutSlash } from './plugin/join-url.ts';
export { EventParser } from './plugin/event-parser.ts';
export { durationMs, retryAfterMs } from './plugin/retry-after.ts';
export { describeUpstream, type ErrorOrigin, readError, upstreamMessage } from './plugin/upstream-error.ts';
export { inlineFiles } from './plugin/inline-files.ts';
export { signCalls, signThoughts } from './canonical/call-signatures.ts';
export { FirstChoice } from './canonical/first-choice.ts';
export { collect, unfold } from './canonical/fold.ts';
export { budgetOf, clampEffort, EFFORT_LEVELS, effortOf } from './canonical/effort.ts';
export { describeFreeform, FREEFORM_SCHEMA, FreeformReader, wrapFreeform } from './canonical/freeform.ts';
export { checkGrammar } from './canonical/grammar.ts';
export { forcedToolInstruction, formatInstruction, remind } from './canonical/instructions.ts';
export { createOpaqueBox, type OpaqueBox, openState } from './canonical/opaque.ts';
export { nameSpeakers } from './canonical/speakers.ts';
export { resolveReference } from './canonical/schema-reference.ts';
export { pairToolResults } from './canonical/tool-history.ts';
export {
  createToolNames,
  firstOfNames,
  type NameRule,
  type OriginalTool,
  toolIdFor,
  type ToolNames,
} from './canonical/tool-names.ts';
export { argumentsObject } from './plugin/call-arguments.ts';
export { endsInFailure } from './plugin/reply-failure.ts';
export { parseJson } from './plugin/reply-text.ts';
export { FieldReader, invalidField, MAX_TOKENS } from './plugin/field-reader.ts';
export { RequestTally } from './plugin/request-tally.ts';
export { TimeLimitError, withinTime } from './plugin/within-time.ts';
export {
  REQUEST_WORK,
  SCHEMA_WORK,
  weigh,
  WorkBudget,
  type WorkLimits,
  type WorkSubject,
} from './canonical/work-budget.ts';
export * from './plugin/http-provider.ts';
export { decodeEvents, type StreamDecoder } from './plugin/stream-decoder.ts';
export type * from './plugin/upstream-codec.ts';
export type * from './plugin/wire-reader.ts';
export { encodeUrlPart } from './transport/url-part.ts';
export { replaceModel } from './transport/span-edit.ts';
export { readJsonEntries } from './transport/json-entries.ts';
export { encodeSse, readSse, type SseEvent } from './transport/sse.ts';
export type { AttemptRecord, TraceRecord } from './trace/record.ts';
export { defineConfig } from './config/define.ts';

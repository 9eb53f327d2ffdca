/** What authors of plugins import: the interfaces, the canonical model, and the helpers. */
/// <reference types="node" preserve="true" />
export * from './canonical/chat.ts';
export * from './canonical/embed.ts';
export * from './canonical/errors.ts';
export * from './canonical/json.ts';
export { readCount, sumCounts } from './canonical/usage.ts';
export type { Model } from './canonical/models.ts';
export { type Capabilities, type CapabilityTable, DEFAULT_CAPABILITIES } from './plugin/capabilities.ts';
export * from './plugin/define.ts';
export * from './plugin/tool-format.ts';
export type * from './plugin/observer.ts';
export type * from './plugin/call-context.ts';
export type * from './plugin/credentials.ts';
export type * from './plugin/hooks/hook.ts';
export { type Answer, answer, type AnswerAbout, type ModelPlace } from './plugin/hooks/answer.ts';
export { mapText, type MapTextOptions, type TextMapper } from './plugin/hooks/map-text.ts';
export { refuse } from './plugin/hooks/refuse.ts';
export type * from './plugin/forward.ts';
export { API_VERSION, type ApiVersion } from './plugin/api-version.ts';
export { packageVersion } from './plugin/package-version.ts';
export type * from './plugin/plugin.ts';
export type * from './plugin/protocol.ts';
export type * from './plugin/protocol-client.ts';
export type * from './plugin/provider.ts';
export type * from './plugin/setup/clock.ts';
export type * from './plugin/setup/key-value.ts';
export type * from './plugin/wire-facts.ts';
export type { HeaderMap, HttpClient, HttpReply, HttpRequest } from './transport/http.ts';
export { BlockSerializer, BlockWriter } from './codec/blocks.ts';
export {
  type ConversationRules,
  listRules,
  type ReferenceRules,
  type StoredRules,
} from './plugin/conversation-rules.ts';
export { withoutSlash } from './http-provider/join-url.ts';
export { EventParser } from './codec/event-parser.ts';
export { durationMs, retryAfterMs } from './http-provider/retry-after.ts';
export {
  describeUpstream,
  type ErrorOrigin,
  readError,
  STATUS_KINDS,
  upstreamMessage,
} from './http-provider/upstream-error.ts';
export { channel, type Channel, type ChannelOptions } from './helpers/channel.ts';
export { type Grant, type GrantStore, storedGrant } from './helpers/grant-store.ts';
export {
  type AccessToken,
  type OauthCredentials,
  oauthRefresh,
  type OauthRefreshOptions,
} from './helpers/oauth-refresh.ts';
export { createPool, type Pool, type PoolOptions } from './helpers/pool.ts';
export { singleFlight, type SingleFlight, type SingleFlightOptions } from './helpers/single-flight.ts';
export { withRenewal } from './helpers/with-renewal.ts';
export { inlineFiles } from './http-provider/inline-files.ts';
export { signCalls, signThoughts } from './codec/tools/call-signatures.ts';
export { dropFields } from './codec/drop-fields.ts';
export { FirstChoice } from './codec/first-choice.ts';
export { collect, unfold } from './canonical/fold.ts';
export { budgetOf, clampEffort, EFFORT_LEVELS, effortOf } from './codec/effort.ts';
export { describeFreeform, FREEFORM_SCHEMA, wrapFreeform } from './codec/tools/freeform.ts';
export { checkGrammar } from './canonical/grammar.ts';
export { forcedToolInstruction, formatInstruction, remind } from './codec/instructions.ts';
export { createOpaqueBox, type OpaqueBox, openState } from './codec/opaque.ts';
export { nameSpeakers } from './codec/speakers.ts';
export { resolveReference } from './codec/tools/schema-reference.ts';
export { pairToolResults } from './codec/tools/tool-history.ts';
export {
  createToolNames,
  firstOfNames,
  type NameRule,
  type OriginalTool,
  toolIdFor,
  type ToolNames,
} from './codec/tools/tool-names.ts';
export { type AnswerShape, errorObject } from './codec/answer.ts';
export { argumentsObject } from './codec/tools/call-arguments.ts';
export { endsInFailure, failureIn } from './http-provider/reply-failure.ts';
export { parseJson } from './codec/reply-text.ts';
export { FieldReader, invalidField, MAX_TOKENS } from './codec/field-reader.ts';
export { RequestTally } from './codec/request-tally.ts';
export { tryWithinTime } from './timing/within-time.ts';
export {
  REQUEST_WORK,
  SCHEMA_WORK,
  weigh,
  WorkBudget,
  type WorkLimits,
  type WorkSubject,
} from './canonical/work-budget.ts';
export * from './http-provider/http-provider.ts';
export { decodeEvents, type StreamDecoder } from './codec/stream-decoder.ts';
export type * from './plugin/upstream-codec.ts';
export type * from './plugin/wire-reader.ts';
export { pythonLiteral } from './text/python-literal.ts';
export { encodeUrlPart } from './text/url-part.ts';
export { replaceModel } from './transport/json/span-edit.ts';
export { type Framing, readFrames } from './transport/framing.ts';
export { encodeSse, readSse, type SseEvent } from './transport/sse.ts';
export type { AttemptRecord, HookRecord, TraceRecord } from './canonical/trace-record.ts';
export { CallIds, type CallIdRule } from './tool-text/call-ids.ts';
export { type EnvelopeRules, envelopes } from './tool-text/envelope.ts';
export { escapeControls, scanJson, scanString, skipJson } from './tool-text/json-text.ts';
export type { ReasoningMode, ReasoningTags } from './tool-text/reasoning.ts';
export { type ReadReply, type Region, type RegionRules, regions } from './tool-text/regions.ts';
export { type ReplyFormat, ReplyParser, type ReplyParserInput } from './tool-text/reply-parser.ts';
export { reasonWithCalls } from './tool-text/reason-with-calls.ts';
export type { ReplyRules, ReplyWriter, TextEvent, TextTool } from './tool-text/reply-writer.ts';
export {
  attempt,
  firstCharacters,
  type Reading,
  type RegionEnd,
  reject,
  Rejection,
  TextReader,
} from './tool-text/text-reader.ts';
export { ArgumentWriter } from './tool-text/argument-writer.ts';
export { readTaggedValue, type ValueRules } from './tool-text/tagged-value.ts';
export { isToolName, readToolName } from './tool-text/tool-name.ts';
export { jsonOrText, typedJson, typesOf, type ValueTypes } from './tool-text/typed-value.ts';

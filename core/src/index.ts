/** What authors of plugins and of `gateway.config.ts` import. */
export * from './canonical/chat.ts';
export * from './canonical/embed.ts';
export * from './canonical/errors.ts';
export * from './canonical/json.ts';
export type { Model } from './canonical/models.ts';
export { type Capabilities, DEFAULT_CAPABILITIES } from './plugin/capabilities.ts';
export * from './plugin/define.ts';
export type * from './plugin/plugin.ts';
export type { HeaderMap, HttpClient, HttpReply, HttpRequest } from './transport/http.ts';
export { BlockWriter, serializeBlocks } from './canonical/blocks.ts';
export { collect, unfold } from './canonical/fold.ts';
export { checkGrammar } from './canonical/grammar.ts';
export { FieldReader, invalidField } from './plugin/field-reader.ts';
export * from './plugin/http-provider.ts';
export type * from './plugin/upstream-codec.ts';
export { replaceModel } from './transport/span-edit.ts';
export { encodeSse, readSse, type SseEvent } from './transport/sse.ts';
export { defineConfig } from './config/define.ts';

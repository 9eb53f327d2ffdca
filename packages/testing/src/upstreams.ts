/** Fake upstreams, and the replies of well-known wires. Needs neither vitest nor a gateway. */
export type { ModelMessage, ModelRequest } from './models/request.ts';
export type { Sleep } from './models/reply.ts';
export type * from './models/script.ts';
export * from './models/start-mock-models.ts';
export type * from './upstreams/fake-upstream.ts';
export * from './upstreams/mock-process.ts';
export { sendReply } from './upstreams/mock-reply.ts';
export * from './upstreams/mock-socket.ts';
export * from './upstreams/mock-upstream.ts';
export { decodeSse, encodeFrames, type FrameTransport } from './upstreams/wire-frames.ts';
export * from './wires/anthropic-frames.ts';
export * from './wires/gemini-frames.ts';
export * from './wires/openai-frames.ts';
export * from './wires/responses-frames.ts';

import { type ChatReply, type EncodeContext, type JsonObject, unfold } from '@dragoman/plugin';
import { ResponseEncoder } from './response-encoder.ts';

/** Encodes a whole reply as a `response`: the one that ends its stream. */
export function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  const encoder = new ResponseEncoder(context);
  let last: JsonObject = {};
  for (const event of unfold({ ...reply, choices: reply.choices.slice(0, 1) })) {
    for (const encoded of encoder.encode(event)) last = encoded;
  }
  return last['response'] as JsonObject;
}

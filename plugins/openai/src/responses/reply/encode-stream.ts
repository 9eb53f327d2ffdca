import {
  type ChatEvent,
  type EncodeContext,
  encodeSse,
  FirstChoice,
  type GatewayError,
  type JsonObject,
} from '@dragoman/plugin';
import { ResponseEncoder } from './response-encoder.ts';

/** A stream while it is written: what comes last has to repeat what was said before. */
interface Writer {
  readonly encoder: ResponseEncoder;
  /** The number of the next event. */
  next: number;
}

const writers = new WeakMap<EncodeContext, Writer>();

/** Encodes a reply's events as those of a response. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const choice = new FirstChoice();
  const writer: Writer = { encoder: new ResponseEncoder(context), next: 0 };
  writers.set(context, writer);
  for await (const event of events) {
    if (!choice.holds(event)) continue;
    let frames = '';
    for (const encoded of writer.encoder.encode(event)) frames += frame(encoded, writer.next++);
    if (frames !== '') yield frames;
  }
}

/** A failure in the middle of a stream. */
export function encodeStreamError(error: GatewayError, context: EncodeContext): string {
  const { encoder, next } = writers.get(context) ?? { encoder: new ResponseEncoder(context), next: 0 };
  return frame(encoder.fail(error), next);
}

function frame({ type, ...fields }: JsonObject, sequence_number: number): string {
  return encodeSse(JSON.stringify({ type, sequence_number, ...fields }), type as string);
}

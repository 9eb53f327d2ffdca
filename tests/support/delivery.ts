import type { JsonObject, JsonValue } from '@dragoman/plugin';
import {
  anthropicReply,
  anthropicStream,
  type Frame,
  geminiReply,
  geminiStream,
  type MockReply,
  openAiReply,
  openAiStream,
  responsesReply,
  responsesStream,
} from '@dragoman/testing/upstreams';

/** What every scripted reply says that it took. */
export const TOLD = { input: 12, output: 7 };

/** In the last piece of content of a reply: a client that has read it has read all. */
export const LAST_WORD = 'and-that-is-all';

interface Wire {
  stream(text: readonly string[]): readonly Frame[];
  reply(text: readonly string[]): JsonObject;
}

const WIRES: Readonly<Record<string, Wire>> = {
  '/v1/chat/completions': {
    stream: (text) => openAiStream([{ text }]),
    reply: (text) => openAiReply([{ text }]),
  },
  '/v1/responses': {
    stream: (text) => responsesStream([{ text }]),
    reply: (text) => responsesReply([{ text }]),
  },
  '/v1/messages': {
    stream: (text) => anthropicStream([{ text }]),
    reply: (text) => anthropicReply([{ text }]),
  },
};
const GEMINI: Wire = {
  stream: (text) => geminiStream([{ text }]),
  reply: (text) => geminiReply([{ text }]),
};

/** How an upstream answers. */
export interface Delivery {
  readonly path: string;
  readonly words: readonly string[];
  readonly isStream: boolean;
  readonly reportsUsage: boolean;
  /** Without it, the reply is whole; with it, all of the content comes and the end only when this resolves. */
  readonly hold?: Promise<unknown>;
  /** Whether it breaks off after the content, instead of going on. */
  readonly isCut?: boolean;
  /** Called when all that comes was handed to the network. */
  readonly onSent?: () => void;
}

/** What an upstream says of a text, in the wire of a path. */
export function deliver(delivery: Delivery): MockReply {
  const { path, words, isStream, reportsUsage, hold, isCut, onSent } = delivery;
  const wire = WIRES[path] ?? GEMINI;
  const text = [...words, LAST_WORD];
  const told = <T extends JsonValue>(value: T): T => (reportsUsage ? value : withoutUsage(value));
  const cut = isCut ? ({ cut: true } as const) : {};
  if (isStream) {
    const frames = wire
      .stream(text)
      .map(({ event, data }) => ({ ...(event && { event }), data: told(data) }));
    if (!hold) return { stream: frames };
    const end = frames.findIndex(({ data }) => JSON.stringify(data).includes(LAST_WORD)) + 1;
    return { stream: held(frames.slice(0, end), hold), ...cut, ...(!isCut && { hang: true }) };
  }
  const body = JSON.stringify(told(wire.reply(text)));
  const headers = { 'content-type': 'application/json' };
  if (!hold) return { rawBody: body, headers };
  const end = body.indexOf(LAST_WORD) + LAST_WORD.length;
  const rawBody = body.slice(0, end);
  return { rawBody, headers, ...cut, ...(!isCut && { hang: true }), ...(onSent && { onSent }) };
}

async function* held(frames: readonly Frame[], until: Promise<unknown>): AsyncGenerator<Frame> {
  yield* frames;
  await until;
}

/** Takes what an upstream counted out of what it says. */
function withoutUsage<T extends JsonValue>(value: T): T {
  const text = JSON.stringify(value, (name, inner: unknown) =>
    name === 'usage' || name === 'usageMetadata' ? undefined : inner,
  );
  return JSON.parse(text) as T;
}

/** Tokens of texts, by their length. */
export function tokensOf(...texts: readonly string[]): number {
  return Math.ceil(Buffer.byteLength(texts.join('')) / 4);
}

import type { MockReply } from '../upstreams/mock-upstream.ts';
import type { Frame, FrameTransport } from '../upstreams/wire-frames.ts';
import type { OpenAiPart, OpenAiToolCall } from '../wires/openai-frames.ts';
import type { Pieces, ScriptedAnswer, ScriptedCall, ScriptedError, Turn } from './script.ts';
import type { ModelWire } from './wires/wire.ts';

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

interface ReplyInput {
  readonly wire: ModelWire;
  readonly stream: boolean;
  readonly transport: FrameTransport;
  readonly sleep: Sleep;
}

/** What goes over HTTP for a turn. */
export async function replyOf(turn: Turn, input: ReplyInput): Promise<MockReply> {
  const said = typeof turn === 'string' ? { text: turn } : turn;
  if (said.delayMs !== undefined) await input.sleep(said.delayMs);
  if ('error' in said) return failure(said, input.wire);
  return input.stream ? streamed(said, input) : whole(said, input.wire);
}

function failure({ error, message, retryAfterSeconds }: ScriptedError, wire: ModelWire): MockReply {
  const reply = wire.error(error, message ?? `The script says: ${error}.`);
  if (retryAfterSeconds === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterSeconds) } };
}

function streamed(answer: ScriptedAnswer, { wire, transport, sleep }: ReplyInput): MockReply {
  const { ends, finish, paceMs } = answer;
  const parts = partsOf(answer);
  const frames = {
    well: () => wire.stream(parts, finish),
    error: () => wire.broken(parts),
    truncated: () => wire.truncated(parts),
    cut: () => wire.truncated(parts),
    silent: () => wire.truncated(parts),
  }[ends ?? 'well']();
  return {
    stream: paceMs === undefined ? frames : paced(frames, () => sleep(paceMs)),
    transport,
    ...(ends === 'cut' && { cut: true }),
    ...(ends === 'silent' && { hang: true }),
  };
}

async function* paced(frames: readonly Frame[], pause: () => Promise<void>): AsyncGenerator<Frame> {
  for (const frame of frames) {
    await pause();
    yield frame;
  }
}

function whole(answer: ScriptedAnswer, wire: ModelWire): MockReply {
  const { ends, finish } = answer;
  if (ends === 'error') return wire.error('overloaded', 'The model is overloaded.');
  if (ends === 'silent') return { hang: 'headers' };
  const body = wire.whole(partsOf(answer), finish);
  if (ends === undefined) return { body };
  const json = JSON.stringify(body);
  const half = { rawBody: json.slice(0, json.length / 2), headers: { 'content-type': 'application/json' } };
  return ends === 'cut' ? { ...half, cut: true } : half;
}

function partsOf({ reasoning, text, refusal, calls }: ScriptedAnswer): readonly OpenAiPart[] {
  return [
    ...(reasoning === undefined ? [] : [{ reasoning: piecesOf(reasoning) }]),
    ...(text === undefined ? [] : [{ text: piecesOf(text) }]),
    ...(refusal === undefined ? [] : [{ refusal: piecesOf(refusal) }]),
    ...(calls === undefined ? [] : [{ tools: calls.map(callOf) }]),
  ];
}

/** A string is cut before each word, so that streams are streams. */
const piecesOf = (pieces: Pieces): readonly string[] =>
  typeof pieces === 'string' ? pieces.split(/(?<=\S)(?=\s)/) : pieces;

function callOf({ name, arguments: given = {}, id }: ScriptedCall, at: number): OpenAiToolCall {
  const json = JSON.stringify(given);
  const middle = Math.ceil(json.length / 2);
  return {
    id: id ?? `call_${at + 1}`,
    name,
    arguments: [json.slice(0, middle), json.slice(middle)],
  };
}

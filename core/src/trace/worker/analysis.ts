import type { ChatRequest } from '../../canonical/chat.ts';
import { isJsonObject } from '../../canonical/json.ts';
import type { OpaqueBox } from '../../codec/opaque.ts';
import type { WireReader, WireReaders } from '../../plugin/wire-reader.ts';
import { newMessages, type Place, placeOf, resultText, textOf } from './conversation.ts';
import type { PackedCapture } from '../packed.ts';
import { readText, readTimed } from './read-body.ts';
import { readReply, type ReadReply } from './read-reply.ts';
import { readToolCalls, type ToolCallRecord } from '../tool-calls.ts';

/** What a client answered to a call that an earlier reply made. */
export interface ToolResult {
  readonly callId: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What the bodies of a request mean, as far as they could be read. */
export interface Analysis {
  readonly request?: ChatRequest;
  readonly reply?: ReadReply;
  /** Why nothing could be read. */
  readonly problem?: string;
  readonly calls: readonly ToolCallRecord[];
  /** Of calls before. */
  readonly results: readonly ToolResult[];
  readonly place?: Place;
  /** Why the reply ended, as the model says. */
  readonly finish?: string;
  readonly replyId?: string;
  /** The reply that the client goes on from, by its id. */
  readonly previousReplyId?: string;
  /** What people may search for. */
  readonly texts: { readonly prompt: string; readonly reply: string; readonly tools: string };
}

export interface AnalysisOptions {
  /** Keeps the conversations of different clients apart. */
  readonly scope: string;
  /** How long the arguments of one call may be checked, in milliseconds; absent where all of it has a limit. */
  readonly judgeMs?: number;
}

/** Sealed state stays sealed: nobody reads it here. */
const NO_BOX: OpaqueBox = { seal: () => '', open: () => undefined };

const NOTHING: Analysis = { calls: [], results: [], texts: { prompt: '', reply: '', tools: '' } };

/**
 * Reads a capture by the codec of its wire. Bodies are of clients and of upstreams, and codecs of plugins, so
 * nothing is sure: what cannot be read says so, and takes nothing else along.
 */
export function analyze(capture: PackedCapture, readers: WireReaders, options: AnalysisOptions): Analysis {
  try {
    return read(capture, readers, options);
  } catch (error) {
    return { ...NOTHING, problem: error instanceof Error ? error.message : String(error) };
  }
}

function read(capture: PackedCapture, readers: WireReaders, { scope, judgeMs }: AnalysisOptions): Analysis {
  const { request: asked } = capture;
  const reader = Object.hasOwn(readers, asked.wire) ? readers[asked.wire] : undefined;
  const request = reader && asked.body && readRequest(reader, capture, readText(capture, asked.body));
  if (!reader || !request) return NOTHING;
  const reply = readReply(reader, readTimed(capture, capture.reply), request);
  const calls = readToolCalls(reply.events, request.tools, judgeMs);
  const said = newMessages(request);
  const results = said.flatMap(({ content }) =>
    content.flatMap((part) =>
      part.type === 'tool-result'
        ? [{ callId: part.callId, text: resultText(part), isError: part.isError ?? false }]
        : [],
    ),
  );
  const [choice] = reply.reply?.choices ?? [];
  const isFirst = said.length === request.messages.length;
  const prompts = isFirst ? [...request.system, ...said] : said;
  return {
    request,
    reply,
    calls,
    results,
    place: placeOf(scope, request, reply.reply),
    ...(reply.reply && reply.reply.id !== '' && { replyId: reply.reply.id }),
    ...previousOf(request),
    ...(choice && reply.problem === undefined && { finish: choice.reason }),
    texts: {
      prompt: [...prompts.map(textOf), ...results.map(({ text }) => text)].join('\n'),
      reply: (reply.reply?.choices ?? []).map(textOf).join('\n'),
      tools: calls.map(({ name, arguments: text }) => `${name} ${text}`).join('\n'),
    },
  };
}

function previousOf({ serverState }: ChatRequest): Pick<Analysis, 'previousReplyId'> {
  const { previousResponseId } = serverState ?? {};
  return previousResponseId === undefined ? {} : { previousReplyId: previousResponseId };
}

function readRequest(
  reader: WireReader,
  { request: { params, query, headers } }: PackedCapture,
  text: string,
): ChatRequest | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (!isJsonObject(body)) return undefined;
    return reader.decodeRequest({ body, params, headers, query: new URLSearchParams(query), opaque: NO_BOX });
  } catch {
    return undefined;
  }
}

import {
  type ChatRequest,
  isJsonObject,
  type OpaqueBox,
  type WireReader,
  type WireReaders,
} from '@dragoman/plugin';
import { newMessages, type Place, placeOf, resultText, textOf } from './conversation.ts';
import type { PackedCapture } from '../packed.ts';
import { readText, readTimed } from './read-body.ts';
import { readReply, type ReadReply } from './read-reply.ts';
import { readToolCalls, type ToolCallRecord } from '../tool-calls.ts';

/** A client's result for a call in an earlier reply. */
export interface ToolResult {
  readonly callId: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What the bodies of a request contain, as far as they could be decoded. */
export interface Analysis {
  readonly request?: ChatRequest;
  readonly reply?: ReadReply;
  /** Why nothing could be decoded. */
  readonly problem?: string;
  readonly calls: readonly ToolCallRecord[];
  /** Of earlier calls. */
  readonly results: readonly ToolResult[];
  readonly place?: Place;
  /** The model's finish reason. */
  readonly finish?: string;
  readonly replyId?: string;
  /** The id of the reply that the client continues from. */
  readonly previousReplyId?: string;
  /** The searchable text. */
  readonly texts: { readonly prompt: string; readonly reply: string; readonly tools: string };
}

export interface AnalysisOptions {
  /** Keeps the conversations of different clients apart. */
  readonly scope: string;
  /** The time limit for checking the arguments of one call, in milliseconds; absent if the whole has a limit. */
  readonly judgeMs?: number;
}

/** Sealed state stays sealed here. */
const NO_BOX: OpaqueBox = { seal: () => '', open: () => undefined };

const NOTHING: Analysis = { calls: [], results: [], texts: { prompt: '', reply: '', tools: '' } };

/**
 * Decodes a capture by the codec of its wire. Bodies come from clients and upstreams, and codecs from plugins, so
 * anything can fail: each failure is noted and affects nothing else.
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
  const contentType = capture.reply.headers['content-type'];
  const reply = readReply(reader, { ...readTimed(capture, capture.reply), contentType }, request);
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

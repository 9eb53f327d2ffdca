import type { ChatReply, ChatRequest, HeaderMap, WireReaders } from '@dragoman/plugin';
import { withinTime } from '@dragoman/plugin/internal/timing/within-time';
import { type Analysis, analyze } from './analysis.ts';
import type { CapturedChange } from '../capture.ts';
import type { PackedBody, PackedCapture } from '../packed.ts';
import { JUDGE_MS, timeWithJudge } from './time-limits.ts';
import { readTimed, type TimedText } from './read-body.ts';
import type { TimedEvent } from './read-reply.ts';

/** A body for display. */
export interface RecordedBody extends TimedText {
  /** Bytes that were not kept. */
  readonly missing: number;
  /** Whether parts were redacted before it was kept. */
  readonly isAltered: boolean;
}

/** One request to an upstream, with its reply. */
export interface RecordedExchange {
  /** The index of its attempt. */
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly body?: RecordedBody;
  readonly status?: number;
  readonly replyHeaders?: HeaderMap;
  readonly reply: RecordedBody;
}

/** Everything sent on both sides, decoded if possible. */
export interface TraceDetail {
  readonly wire: string;
  readonly query: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: { readonly headers: HeaderMap; readonly body?: RecordedBody };
  readonly exchanges: readonly RecordedExchange[];
  readonly reply: { readonly headers: HeaderMap; readonly body: RecordedBody };
  /** What hooks changed in the request. */
  readonly changes: readonly CapturedChange[];
  /** The request, decoded. */
  readonly asked?: ChatRequest;
  /** The events that the client received. */
  readonly events: readonly TimedEvent[];
  /** The folded events. */
  readonly answer?: ChatReply;
  /** Why the reply could not be decoded to its end. */
  readonly problem?: string;
}

/** The detail of a trace. */
export function detailOf(capture: PackedCapture, readers: WireReaders): TraceDetail {
  const { request, exchanges, reply, changes = [] } = capture;
  const recorded = (body: PackedBody): RecordedBody => ({
    ...readTimed(capture, body),
    missing: body.missing,
    isAltered: body.isAltered ?? false,
  });
  const { request: asked, reply: read, problem = read?.problem } = meaningOf(capture, readers);
  return {
    wire: request.wire,
    query: request.query,
    params: request.params,
    request: { headers: request.headers, ...(request.body && { body: recorded(request.body) }) },
    exchanges: exchanges.map(({ body, reply: answer, ...exchange }) => ({
      ...exchange,
      ...(body && { body: recorded(body) }),
      reply: recorded(answer),
    })),
    reply: { headers: reply.headers, body: recorded(reply) },
    changes,
    ...(asked && { asked }),
    events: read?.events ?? [],
    ...(read?.reply && { answer: read.reply }),
    ...(problem !== undefined && { problem }),
  };
}

type Meaning = Pick<Analysis, 'request' | 'reply' | 'problem'>;

/** Decodes a capture within a time limit. */
function meaningOf(capture: PackedCapture, readers: WireReaders): Meaning {
  const ms = timeWithJudge(capture.bytes.length);
  try {
    return withinTime(ms, () => analyze(capture, readers, { scope: '', judgeMs: JUDGE_MS }));
  } catch {
    return { problem: `It could not be read within ${ms} ms.` };
  }
}

import { Readable } from 'node:stream';
import {
  type Forward,
  GatewayError,
  type HeaderMap,
  type HttpReply,
  type RawRequest,
  type ReplyEnd,
} from '@dragoman/plugin';
import type { HoldBounds } from '../config/routing.ts';
import { NO_SECRETS, replaceSecrets, type Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';
import { readText, readUpTo } from '@dragoman/plugin/internal/transport/read-body';
import { type Framing, framingOf } from '@dragoman/plugin/internal/transport/framing';
import type { UpstreamCall } from '../upstreams/call.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import { ContainedForward } from '../upstreams/provider-calls/contained-forward.ts';
import type { BodyWatcher, Reply } from '../routing/reply.ts';
import type { Exchange } from '../routing/exchange.ts';
import { holdBytes } from './hold.ts';
import { refuseFailure } from './refuse-failure.ts';
import type { Meter } from '../metering/meter.ts';
import type { CountAs } from '../metering/reply-count.ts';

/** How much of an error reply is read: enough for any message, too little to hurt. */
const ERROR_TEXT_BYTES = 16 * 1024;

/** A reply up to this size is read whole before it is passed on: one that fails can still be replaced. */
const WHOLE_BODY_BYTES = 1024 * 1024;

/** Upstream reply headers that are useful to clients. Others may reveal the upstream's account. */
const REPLY_HEADERS = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
];

/** The upstream's forwarding for a wire, if it has any and its config allows it. */
export function forwardOf({ upstream }: Pick<Candidate, 'upstream'>, wire: string): Forward | undefined {
  const { forward } = upstream.provider;
  return upstream.config.passThrough && forward?.wires.includes(wire) ? forward : undefined;
}

export interface ForwardedRequest {
  readonly raw: RawRequest;
  readonly model?: string | undefined;
  readonly call: UpstreamCall;
  /** How much of a stream may be held until its first content. */
  readonly hold?: HoldBounds | undefined;
  /** How the client reads the stream that it requested, whatever the content type will be. */
  readonly framing?: Framing | undefined;
  /** Secrets to redact in errors within a stream. */
  readonly secrets?: Secrets;
  /** Whether the reply is an answer, and not an object that may report the failure of something else. */
  readonly isAnswer?: boolean;
  /** How to count tokens if the upstream does not; absent for replies that are not a model's answer. */
  readonly countAs?: CountAs;
}

/** Passes the client's bytes to the upstream and the upstream's bytes back. */
export async function forwardRequest(
  forward: Forward,
  exchange: Exchange,
  input: ForwardedRequest,
): Promise<Reply> {
  const { raw, call, framing, hold, isAnswer = false, countAs } = input;
  const { meter } = call;
  meter.countAs(countAs, framing);
  const contained = new ContainedForward(forward, call);
  const { fail } = contained;
  const answer = await send(contained, input);
  const { status, headers, body } = answer;
  const reply = { status, headers: replyHeaders(headers, passedOn(forward)) };
  const judge = (text: string): ReplyEnd => {
    const end = readEnd(forward, raw.wire, text);
    if (end.usage) exchange.record.usage = end.usage;
    meter.report(end.usage);
    return end;
  };
  const isStream = framing !== undefined || framingOf(headers['content-type']) === 'sse';
  const refuse = refusal(contained, {
    forward,
    wire: raw.wire,
    answer,
    framing,
  });
  const read = isStream ? undefined : await readUpTo(body, WHOLE_BODY_BYTES).catch(fail);
  if (read) {
    const isText = isAnswer || isJson(headers);
    const whole = isText ? withoutMark(read) : read;
    const text = textOf(whole, isText);
    if (isAnswer) refuse(whole, text);
    call.release();
    meter.end(whole);
    if (isJson(headers)) judge(text);
    return { ...reply, body: whole };
  }
  const reader = isStream && hold ? contained.reader(raw.wire) : undefined;
  const watcher: BodyWatcher = {
    ...(isStream
      ? { ...watchStream(meter, judge, () => failInside(exchange, call)), ...hiding(input.secrets) }
      : watchBytes(meter, judge, isJson(headers))),
    explain: (error) => contained.explain(error),
  };
  if (reader && hold) {
    const ended = await holdBytes(body, {
      ...{ decoder: contained.decoder(reader), bounds: hold },
      framing: framing ?? 'sse',
      refuse: (whole) => refuse(whole),
    }).catch(fail);
    if (ended) return { ...reply, body: Readable.from([ended]), ...released(call, watcher) };
  } else await firstByte(body).catch(fail);
  // It has already ended, so its events would never fire again.
  if (body.readableEnded) {
    call.release();
    if (framing) throw new GatewayError('upstream-broken', 'The upstream returned an empty stream.');
    return { ...reply, body: '' };
  }
  listen(body, contained, { exchange, call });
  call.begun();
  return { ...reply, body, watcher };
}

/** Throws the error of a status and body. */
async function send(forward: ContainedForward, { raw, model }: ForwardedRequest): Promise<HttpReply> {
  const reply = await forward.send(raw, model);
  const { status, body } = reply;
  if (status >= 400) throw forward.decodeError(reply, await readText(body, ERROR_TEXT_BYTES));
  if (status < 300 || status === 304) return reply;
  body.destroy();
  throw new GatewayError('upstream-broken', `The upstream returned a redirect (${status}).`);
}

interface Answered {
  readonly forward: Forward;
  readonly wire: string;
  readonly answer: HttpReply;
  readonly framing: Framing | undefined;
}

/** Checks a whole reply, and throws if it is not an answer. */
function refusal(contained: ContainedForward, { forward, wire, answer, framing }: Answered) {
  const decodeError = (failure: string): GatewayError => contained.decodeError(answer, failure);
  return (whole: Buffer, text = whole.toString('utf8')): void => {
    // The messages of a stream of JSON were read one by one.
    const isWhole = framing === undefined || framing === 'sse';
    const shape = isWhole ? forward.answers?.[wire] : undefined;
    try {
      refuseFailure(whole, text, { shape, decodeError });
    } catch (error) {
      contained.fail(error);
    }
  };
}

/** Until somebody reads the body, nobody else listens, and an error without a listener ends the process. */
function listen(
  body: Readable,
  forward: ContainedForward,
  { exchange, call }: { readonly exchange: Exchange; readonly call: UpstreamCall },
): void {
  const fail = (error: unknown): void =>
    exchange.log.error({ error }, 'The end of a reply could not be recorded.');
  body.on(
    'error',
    guarded((error) => call.failed(forward.explain(error)), fail),
  );
  body.once(
    'close',
    guarded(() => call.release(), fail),
  );
}

function released(call: UpstreamCall, watcher: BodyWatcher): Pick<Reply, 'watcher'> {
  call.release();
  return { watcher };
}

/** The client got the failure in the stream, which is over; the records have to show it, too. */
function failInside({ record }: Exchange, call: UpstreamCall): void {
  const failure = new GatewayError('upstream-broken', 'The upstream reported a failure in its stream.');
  record.errorKind = failure.kind;
  call.failed(failure);
}

/** Decoded once for all readers; `''` if it is not text, such as audio. */
function textOf(body: Buffer, isText: boolean): string {
  return isText ? body.toString('utf8') : '';
}

/** Not every client's parser accepts a byte order mark. */
function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

type Judge = (text: string) => ReplyEnd;

/** Any reply but a stream is complete when its bytes end. */
function watchBytes(meter: Meter, judge: Judge, isJson: boolean): BodyWatcher {
  return {
    end() {
      meter.end();
      if (isJson) judge(meter.text());
    },
  };
}

/** The end of `"error"`: searching for more than six bytes takes several times as long, and each chunk is searched. */
const ERROR_MARK = Buffer.from('rror"');

/** An upstream's error within a stream passes through, but not the credentials that it repeats. */
function hiding(secrets: Secrets = NO_SECRETS): Pick<BodyWatcher, 'replace'> {
  if (secrets.values.length === 0) return {};
  return {
    replace(chunk) {
      if (!chunk.includes(ERROR_MARK)) return chunk;
      // One character per byte, so that no other byte changes.
      return Buffer.from(replaceSecrets(chunk.toString('latin1'), secrets), 'latin1');
    },
  };
}

/** Judges a stream by its end. */
function watchStream(meter: Meter, judge: Judge, onFailure: () => void): BodyWatcher {
  return {
    end() {
      const { isComplete, isFailed } = judge(meter.text());
      if (isFailed) onFailure();
      else if (isComplete) meter.end();
      if (!isComplete) {
        throw new GatewayError(
          'upstream-broken',
          "The upstream's reply ended early, without a finish reason.",
        );
      }
    },
  };
}

/** Waits for the first bytes, so that a reply that fails before them can still be replaced. */
async function firstByte(body: Readable): Promise<void> {
  if (body.readableLength > 0) return;
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (body.readableLength > 0) settle();
      // An empty body is readable, too, and ends only when read.
      else body.read();
    };
    const settle = (error?: unknown): void => {
      body.off('readable', look);
      body.off('end', settle);
      body.off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    body.on('readable', look);
    body.on('end', settle);
    body.on('error', settle);
  });
}

/** What cannot be judged counts as complete: a fault of the check must not break a reply. */
function readEnd(forward: Forward, wire: string, text: string): ReplyEnd {
  try {
    return forward.readEnd?.(wire, text) ?? { isComplete: true };
  } catch {
    return { isComplete: true };
  }
}

function isJson(headers: HeaderMap): boolean {
  return /\bjson\b/i.test(headers['content-type'] ?? '');
}

/** Selects the reply headers to pass on. */
interface PassedOn {
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

const known = new WeakMap<Forward, PassedOn>();

/** Created once per upstream: every reply needs it. */
function passedOn(forward: Forward): PassedOn {
  const found = known.get(forward);
  if (found) return found;
  const { replyHeaders: own = [] } = forward;
  const made = {
    names: new Set([...REPLY_HEADERS, ...own.filter((name) => !name.endsWith('-'))]),
    prefixes: own.filter((name) => name.endsWith('-')),
  };
  known.set(forward, made);
  return made;
}

function replyHeaders(headers: HeaderMap, { names, prefixes }: PassedOn): HeaderMap {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const isKept = names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (value !== undefined && isKept) kept[name] = value;
  }
  const requestId = headers['x-request-id'] ?? headers['request-id'];
  if (requestId) kept['x-upstream-request-id'] = requestId;
  return kept;
}

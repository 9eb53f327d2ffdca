import type { Draft } from '../support/hostile/draft.ts';
import type { RawResponse } from './read-response.ts';
import type { Outcome } from './send.ts';
import type { World } from './world.ts';

/** What is asked of every answer. A fault is one sentence that begins with its kind. */
export interface Judged {
  /** The request as it was generated. */
  readonly base: Draft;
  /** The request as it was sent. */
  readonly draft: Draft;
  /** Whether only the body was changed, so that it is known who answers. */
  readonly isPlain: boolean;
  readonly outcome: Outcome;
}

/** A gateway in front of failing upstreams says these. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504, 529]);

export function judge(judged: Judged, world: Pick<World, 'secrets' | 'surface'>): readonly string[] {
  const { draft, outcome } = judged;
  const isPartial = draft.wire !== undefined;
  if (outcome.end === 'refused') return ['refused: no connection'];
  if (outcome.end === 'silent') return isPartial ? [] : ['silent: no whole answer in time'];
  if (outcome.end === 'left')
    return outcome.responses.flatMap((response) => judgeLeaks(judged, response, world));
  if (outcome.responses.length === 0) return isPartial ? [] : ['silent: the connection was closed'];
  return outcome.responses.flatMap((response) => [
    ...judgeFraming(judged, response),
    ...judgeStatus(judged, response),
    ...judgeBody(judged, response),
    ...judgeType(judged, response),
    ...judgeLeaks(judged, response, world),
  ]);
}

function judgeFraming(judged: Judged, { flaw, isWhole, headers }: RawResponse): readonly string[] {
  const { draft } = judged;
  // What Node refuses before it has read the method is answered with a body, and the connection ends.
  if (draft.method === 'HEAD') return [];
  if (flaw !== undefined) return [`framing: ${flaw}`];
  if (headers.some(([name]) => name === 'x-injected')) return ['injected: a planted header came back'];
  // A relay that has begun can only break off when its upstream does.
  return isWhole || mayFailAtAll(judged) || draft.wire ? [] : ['framing: the body ends too early'];
}

function judgeStatus(judged: Judged, { status, body }: RawResponse): readonly string[] {
  const { draft } = judged;
  if (status < 500) return [];
  const text = body.toString('utf8', 0, 300);
  if (GATEWAY_STATUSES.has(status) && mayFailAtAll(judged)) return [];
  if (status === 501 && draft.method === 'GET' && text.includes('WebSocket')) return [];
  // The console was not built; the answer to HEAD cannot say so.
  const isUnsaid = draft.method === 'HEAD' && draft.target.startsWith('/console');
  if (status === 503 && (isUnsaid || text.startsWith('The console is not built'))) return [];
  return [`status: ${status} ${text}`];
}

/** A body may be compressed; then the request that it was made of tells. */
function mayFailAtAll({ base, draft }: Judged): boolean {
  return mayFail(draft) || mayFail(base);
}

/** Whether an upstream that fails on purpose may have been asked, or one that was made by the admin API. */
function mayFail({ target, headers, body, speaker }: Draft): boolean {
  const words = /bad|fuzz/;
  if (words.test(target) || headers.some(([, value]) => words.test(value))) return true;
  if (speaker === 'admin') return /test|models|replay/.test(target);
  if (!body) return false;
  return words.test('bytes' in body ? body.bytes.toString('latin1') : JSON.stringify(body.json));
}

function judgeBody(judged: Judged, response: RawResponse): readonly string[] {
  const { base, draft, isPlain } = judged;
  const { status, body } = response;
  const type = headerOf(response, 'content-type') ?? '';
  if (draft.method === 'HEAD' || body.length === 0) return [];
  // An upstream that fails may call an array a stream of events.
  if (status < 400)
    return type.startsWith('text/event-stream') && !mayFailAtAll(judged) ? judgeEvents(body) : [];
  if (!type.startsWith('application/json')) {
    return base.speaker === 'page' || draft.target.includes('console')
      ? []
      : [`envelope: an error of type ${type}`];
  }
  const envelope = parse(body);
  if (!isRecord(envelope) || !isRecord(envelope['error'])) return ['envelope: no error in it'];
  const { error } = envelope;
  if (typeof error['message'] !== 'string' || error['message'] === '') return ['envelope: no message'];
  return isPlain ? judgeEnvelope(base, envelope, error) : [];
}

/** What browsers run, or guess. */
const ACTIVE = /html|svg|xml|script/i;

/** The console alone may send what a browser runs. */
function judgeType({ base, draft }: Judged, response: RawResponse): readonly string[] {
  if (base.speaker === 'page' || draft.target.includes('console') || response.body.length === 0) return [];
  const type = headerOf(response, 'content-type');
  if (type === undefined) return ['active: a body without a type'];
  return ACTIVE.test(type) ? [`active: a body of type ${type}`] : [];
}

type Record = { readonly [key: string]: unknown };

function judgeEnvelope({ speaker }: Draft, envelope: Record, error: Record): readonly string[] {
  const isRight = {
    openai: typeof error['type'] === 'string' && 'param' in error && 'code' in error,
    anthropic: envelope['type'] === 'error' && typeof error['type'] === 'string',
    gemini: typeof error['status'] === 'string' && typeof error['code'] === 'number',
    admin: typeof error['code'] === 'string',
    page: true,
  }[speaker];
  return isRight ? [] : [`envelope: not that of ${speaker}: ${JSON.stringify(envelope).slice(0, 200)}`];
}

function judgeEvents(body: Buffer): readonly string[] {
  const odd = body
    .toString()
    .split(/\r\n|\r|\n/)
    .find((line) => !/^(?::|data:|event:|id:|retry:|$)/.test(line));
  return odd === undefined ? [] : [`stream: the line ${JSON.stringify(odd.slice(0, 80))}`];
}

/** Bounded: a reply may be megabytes of blank lines. */
const STACK = /\n[ \t]{1,20}at \S{1,500} \(?(?:file|node|\/)/;

function judgeLeaks(
  judged: Judged,
  response: RawResponse,
  world: Pick<World, 'secrets' | 'surface'>,
): readonly string[] {
  const { draft, base } = judged;
  const head = JSON.stringify(response.headers);
  const text = head + response.body.toString('utf8');
  // Who is signed in may see where upstreams are; their keys nobody may see.
  const [upstreamKey = '', ...addresses] = world.secrets;
  const isAdmin = base.speaker === 'admin' && response.status < 400;
  const hidden = [
    upstreamKey,
    ...(isAdmin ? [] : addresses),
    ...Object.values(world.surface.keys),
    world.surface.adminToken,
    world.surface.cookie,
  ];
  const sent = JSON.stringify([draft.target, draft.headers]);
  const leaks = hidden.filter((secret) => text.includes(secret) && !sent.includes(secret));
  return [
    ...leaks.map((secret) => `leak: ${secret} in ${excerpt(text, secret)}`),
    ...(STACK.test(text) && !isAdmin ? [`leak: a stack trace: ${text.slice(0, 200)}`] : []),
  ];
}

function excerpt(text: string, part: string): string {
  const at = text.indexOf(part);
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + part.length + 40));
}

export function headerOf({ headers }: Pick<RawResponse, 'headers'>, name: string): string | undefined {
  return headers.find(([known]) => known === name)?.[1];
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

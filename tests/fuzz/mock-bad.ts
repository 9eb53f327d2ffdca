import { gzipSync } from 'node:zlib';
import type { JsonValue } from '@dragoman/plugin';
import {
  anthropicBrokenStream,
  anthropicStream,
  anthropicTruncatedStream,
  type Frame,
  geminiBrokenStream,
  geminiStream,
  geminiTruncatedStream,
  type MockReply,
  openAiBrokenStream,
  openAiStream,
  openAiTruncatedStream,
} from '@dragoman/testing/upstreams';
import { evilText, evilValue } from '../support/hostile/evil/values.ts';
import { serialise } from '../support/hostile/json-tree.ts';
import type { UpstreamCall } from './upstream-call.ts';

/** Bytes that no HTTP server of Node would send. */
export interface RawReply {
  readonly bytes: Buffer;
}

type Bad = (call: UpstreamCall) => MockReply | RawReply;

const STATUSES = [400, 401, 403, 404, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504, 529, 599];
const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** Errors tell what they should not: the credential they were sent. */
const refuses: Bad = ({ dice, headers }) => {
  const status = dice.pick(STATUSES);
  const credential = headers.authorization ?? headers['x-api-key'] ?? headers['x-goog-api-key'];
  const message = dice.pick(['No.', `Incorrect API key provided: ${String(credential)}.`, evilText(dice)]);
  const error: JsonValue = { message, type: evilText(dice), code: evilText(dice), param: null, status: 'X' };
  return {
    status,
    headers: { 'retry-after': dice.pick(['1', '-1', '1e9', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT']) },
    body: dice.pick<JsonValue>([
      { error },
      { type: 'error', error },
      [{ error }],
      message,
      { error: message },
    ]),
  };
};

const badJson: Bad = ({ dice }) => ({
  headers: JSON_TYPE,
  rawBody: dice.pick([
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"choices":[{}]}',
    '{"choices":null,"content":null,"candidates":null,"output":null}',
    '{"content":[{"type":"text"}],"usage":{"output_tokens":1e308}}',
    `{"choices":[{"message":{"content":${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}`,
    '{"__proto__":{"x":1},"choices":[]}',
    '<html><title>502 Bad Gateway</title></html>',
    serialise(evilValue(dice)),
  ]),
});

function framesOf(path: string): readonly (readonly Frame[])[] {
  const parts = [
    { text: ['one', 'two'] },
    { tools: [{ id: 'c', name: 'tool_0', arguments: ['{"a":', '1}'] }] },
  ];
  if (path.includes(':'))
    return [geminiStream(parts), geminiTruncatedStream(parts), geminiBrokenStream(parts)];
  if (path.endsWith('/messages'))
    return [anthropicStream(parts), anthropicTruncatedStream(parts), anthropicBrokenStream(parts)];
  return [openAiStream(parts), openAiTruncatedStream(parts), openAiBrokenStream(parts)];
}

/** Streams that are cut, doubled, mixed up, or full of what no upstream says. */
const badStream: Bad = ({ dice, path }) => {
  const frames = [...dice.pick(framesOf(path))];
  for (let changes = dice.between(0, 3); changes > 0; changes -= 1) {
    const at = dice.below(frames.length);
    const data = dice.pick<() => Frame>([
      () => ({ data: serialise(evilValue(dice)) }),
      () => frames[dice.below(frames.length)] ?? { data: '[DONE]' },
      () => ({ data: 'x'.repeat(dice.pick([10, 100_000])) }),
      () => ({ event: 'error', data: { error: { message: evilText(dice), type: 'overloaded_error' } } }),
    ])();
    frames.splice(at, dice.below(2), data);
  }
  return dice.pick<MockReply>([
    { stream: frames },
    { stream: frames, chunkBytes: 7 },
    { stream: frames, cut: true },
    { stream: frames, cut: dice.between(1, 400) },
    { stream: frames, gzip: true },
  ]);
};

const silent: Bad = ({ dice, path }) =>
  dice.pick<MockReply>([
    { hang: 'headers' },
    { cut: 'headers' },
    { stream: framesOf(path)[1] ?? [], hang: true },
  ]);

const head = (lines: readonly string[], body: string | Buffer = '{}'): RawReply => ({
  bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body as string)]),
});

const HEADS: readonly RawReply[] = [
  head([
    'HTTP/1.1 200 OK',
    'content-type: application/json',
    'x-request-id: a\u0080\u00ff b',
    'content-length: 2',
  ]),
  head([
    'HTTP/1.1 400 Bad',
    'content-type: application/json',
    `x-request-id: ${'\u00e9'.repeat(300)}`,
    'content-length: 2',
  ]),
  head(['HTTP/1.1 200 OK', 'content-type: text/html\u00ff', 'content-length: 2']),
  head(['HTTP/1.1 200 OK', 'content-length: 99', 'content-type: application/json']),
  head(['HTTP/1.1 200 OK', 'content-length: 2', 'content-length: 3']),
  head(['HTTP/1.1 200 OK', 'transfer-encoding: chunked', 'content-type: text/event-stream'], 'zz\r\n\r\n'),
  head(['HTTP/1.1 200 OK', 'transfer-encoding: chunked', 'content-length: 5'], '2\r\n{}\r\n0\r\n\r\n'),
  head(['HTTP/1.1 999 Odd', 'content-length: 2']),
  head(['HTTP/1.1 099 Odd', 'content-length: 2']),
  head(['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade']),
  head(['HTTP/1.1 204 No Content'], ''),
  head(['HTTP/1.1 304 Not Modified'], ''),
  head(['HTTP/1.1 301 Moved', 'location: http://127.0.0.1:1/', 'content-length: 0'], ''),
  head([`HTTP/1.1 200 OK`, `x-big: ${'x'.repeat(40_000)}`, 'content-length: 2']),
  head(['HTTP/1.1 200 OK', 'content-encoding: gzip', 'content-type: application/json', 'content-length: 2']),
  head([
    'HTTP/1.1 429 Slow',
    'retry-after: 99999999999999999999',
    'x-ratelimit-remaining-requests: 1e400',
    'content-length: 2',
  ]),
  { bytes: Buffer.from('SSH-2.0-OpenSSH_9\r\n') },
  { bytes: Buffer.alloc(0) },
];

const bomb: Bad = ({ dice }) => ({
  headers: { ...dice.pick([JSON_TYPE, EVENTS]), 'content-encoding': 'gzip' },
  rawBody: gzipSync(Buffer.alloc(dice.pick([1, 4]) * 1024 * 1024, dice.pick([' ', 'a', '\n']))),
});

const KINDS: readonly (readonly [weight: number, bad: Bad])[] = [
  [6, refuses],
  [4, badJson],
  [8, badStream],
  [1, silent],
  [4, ({ dice }) => dice.pick(HEADS)],
  [1, bomb],
];

const BAG = KINDS.flatMap(([weight, bad]) => Array.from({ length: weight }, () => bad));

/** Answers as no upstream should. */
export function badReply(call: UpstreamCall): MockReply | RawReply {
  return call.dice.pick(BAG)(call);
}

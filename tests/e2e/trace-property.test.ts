import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceDetail } from '../../core/src/trace/worker/detail.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import type { StoredToolCall } from '../../core/src/trace/store.ts';
import { texts } from '@dragoman/testing';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockUpstream,
  type OpenAiPart,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const UPSTREAMS = ['one', 'two', 'three'];

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    traces: { record: 'full' },
    routing: { policy: 'order' },
    upstreams: UPSTREAMS.map((id) => ({
      ...{ id, provider: 'openai', models: { list: ['m'] } },
      options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' },
    })),
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Script {
  readonly prompt: string;
  /** What the upstreams before the one that answers say. */
  readonly failures: readonly number[];
  readonly text: readonly string[];
  readonly calls: readonly { readonly name: string; readonly fragments: readonly string[] }[];
  readonly stream: boolean;
  readonly protocol: 'openai' | 'anthropic';
  readonly chunkBytes: number;
}

/** A stream drops empty fragments, and so would the comparison. */
const fragments = fc.array(
  texts.filter((text) => text !== ''),
  { minLength: 1, maxLength: 6 },
);

/** Whole JSON, cut anywhere: clients of Anthropic's protocol get parsed arguments where nothing streams. */
const argumentFragments = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([value, size]) => JSON.stringify(value).match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []);

const scripts: fc.Arbitrary<Script> = fc.record({
  prompt: texts.filter((text) => text.trim() !== ''),
  failures: fc.array(fc.constantFrom(429, 500, 503), { maxLength: 2 }),
  text: fragments,
  calls: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,12}$/), fragments: argumentFragments }), {
    maxLength: 3,
  }),
  stream: fc.boolean(),
  protocol: fc.constantFrom('openai' as const, 'anthropic' as const),
  chunkBytes: fc.constantFrom(0, 7, 1000),
});

function partsOf({ text, calls }: Script): readonly OpenAiPart[] {
  const tools = calls.map(({ name, fragments: pieces }, at) => ({
    id: `call_${at}`,
    name,
    arguments: pieces,
  }));
  return [{ text }, ...(tools.length > 0 ? [{ tools }] : [])];
}

/** Has the script happen; gives what the client sent and got. */
async function perform(
  script: Script,
): Promise<{ readonly id: string; readonly sent: string; readonly got: string }> {
  upstream.reset();
  for (const id of UPSTREAMS) await gateway.admin('POST', `/upstreams/${id}/resume`);
  const parts = partsOf(script);
  upstream.reply(
    ...script.failures.map((status) => ({ status, body: { error: { message: 'No.', type: 'error' } } })),
    {
      ...(script.stream ? { stream: openAiStream(parts) } : { body: openAiReply(parts) }),
      chunkBytes: script.chunkBytes,
    },
  );
  const isOpenAi = script.protocol === 'openai';
  const sent = JSON.stringify({
    ...{ model: 'm', stream: script.stream, messages: [{ role: 'user', content: script.prompt }] },
    ...(!isOpenAi && { max_tokens: 100 }),
  });
  const response = await fetch(`${gateway.url}/v1/${isOpenAi ? 'chat/completions' : 'messages'}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: sent,
  });
  return { id: response.headers.get('request-id') ?? '', sent, got: await response.text() };
}

describe('a trace equals what happened', () => {
  it('whatever was said, in whatever pieces, after whatever failures', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const { id, sent, got } = await perform(script);
        const trace = await gateway.admin<TraceRecord>('GET', `/traces/${id}`);
        const detail = await gateway.admin<TraceDetail>('GET', `/traces/${id}/detail`);
        const { calls } = await gateway.admin<{ readonly calls: readonly StoredToolCall[] }>(
          'GET',
          `/tool-calls?trace=${id}`,
        );

        const { failures, text, stream } = script;
        expect(trace).toMatchObject({ outcome: 'ok', status: 200, upstream: UPSTREAMS[failures.length] });
        expect(trace.attempts.map(({ upstream: asked, status }) => [asked, status])).toEqual(
          [...failures, 200].map((status, at) => [UPSTREAMS[at], status]),
        );
        expect(detail.request.body?.text).toBe(sent);
        expect(detail.reply.body.text).toBe(got);
        expect(detail.exchanges.map(({ attempt, status }) => [attempt, status])).toEqual(
          [...failures, 200].map((status, at) => [at, status]),
        );
        expect(detail.exchanges.map(({ body }) => body?.text)).toEqual(
          upstream.calls.map(({ rawBody }) => rawBody.toString()),
        );
        expectAnswer(script, detail);
        expect(calls.toReversed().map(({ name, arguments: given }) => [name, asValue(given)])).toEqual(
          script.calls.map(({ name, fragments: pieces }) => [name, asValue(pieces.join(''))]),
        );
        for (const call of calls) expectGrowth(call);
        expectOrder(detail);
        if (stream) expect(detail.events.filter(isDelta).map(deltaOf).join('')).toContain(text.join(''));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

function expectAnswer({ text }: Script, { answer }: TraceDetail): void {
  const said = (answer?.choices[0]?.content ?? []).flatMap((part) =>
    part.type === 'text' ? [part.text] : [],
  );
  expect(said.join('')).toBe(text.join(''));
}

/** Arguments only grow, to what they come to, and in time. */
function expectGrowth({ growth, arguments: given, startMs, endMs }: StoredToolCall): void {
  const lengths = growth.map(([, length]) => length);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.at(-1) ?? 0).toBe(given.length);
  for (const [ms] of growth) {
    expect(ms).toBeGreaterThanOrEqual(startMs);
    expect(ms).toBeLessThanOrEqual(endMs);
  }
}

function expectOrder({ events }: TraceDetail): void {
  const times = events.map(({ ms }) => ms);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
}

type Timed = TraceDetail['events'][number];
const isDelta = ({ event }: Timed): boolean => event.type === 'block-delta';
const deltaOf = ({ event }: Timed): string => (event.type === 'block-delta' ? event.delta : '');

/** A call without arguments may have no text at all. */
function asValue(text: string): unknown {
  return JSON.parse(text === '' ? '{}' : text) as unknown;
}

import { type ChatEvent, GatewayError } from '@dragoman/plugin';
import { BrokenRule, type Check } from '../check/check.ts';
import { must, mustEqual, mustNotContain, show } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import { spoiled } from '../spoiled.ts';
import type { MockReply } from '../upstreams/mock-reply.ts';
import { type Bench, onBench } from './bench.ts';
import type { AnyProviderContract, FailureScenario } from './contract.ts';

/** How it fails: with an error of a kind that routing understands, and without secrets. */
export function failureChecks(contract: AnyProviderContract): readonly Check[] {
  const { answers, failures, secrets = [], upstream } = contract;
  const check = (rule: string, title: string, work: (bench: Bench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onBench(contract, work),
  });
  return [
    ...failures.map((scenario) =>
      check('fails-by-kind', `fails with ${scenario.kind}: ${scenario.name}`, (bench) =>
        fail(bench, scenario, secrets),
      ),
    ),
    ...answers
      .filter(({ reply }) => reply !== undefined)
      .map((scenario) =>
        check(
          'survives-any-reply',
          `answers or fails in order, whatever JSON comes: ${scenario.name}`,
          (bench) => surviveJson(bench, scenario),
        ),
      ),
    ...(answers.some(({ reply }) => reply !== undefined) && !upstream
      ? NO_REPLIES.map(({ name, reply, mayAnswer = false }) =>
          check('survives-any-reply', `answers or fails in order: ${name}`, async (bench) => {
            const request = { ...answers[0]?.request };
            const failure = await survive(bench, bench.chat({ name, request, reply }));
            must(mayAnswer || failure !== undefined, 'It takes this for an answer.');
          }),
        )
      : []),
  ];
}

async function fail(
  bench: Bench,
  scenario: FailureScenario<unknown>,
  secrets: readonly string[],
): Promise<void> {
  const { kind, midstream = false, retryAfterMs } = scenario;
  const { failure, seen } = await bench.wait(outcomeOf(bench.chat(scenario)), 'The call does not end.');
  must(failure !== undefined, 'The call does not fail.');
  mustNotContain(failure, secrets, 'The error');
  mustBeGatewayError(failure);
  mustEqual(failure.kind, kind, `The kind of "${failure.message}"`);
  must(/^\S/u.test(failure.message), 'The error has no message.');
  if (retryAfterMs !== undefined) mustEqual(failure.details.retryAfterMs, retryAfterMs, 'retryAfterMs');
  must(
    seen > 0 === midstream,
    midstream
      ? 'No event comes before the error.'
      : 'Events come before the error, so that no other upstream can be tried.',
  );
}

interface Outcome {
  readonly failure: unknown;
  /** How many events came before it. */
  readonly seen: number;
}

async function outcomeOf(events: AsyncIterable<ChatEvent>): Promise<Outcome> {
  let seen = 0;
  try {
    for await (const _ of events) seen += 1;
    return { failure: undefined, seen };
  } catch (failure) {
    return { failure, seen };
  }
}

function mustBeGatewayError(failure: unknown): asserts failure is GatewayError {
  must(
    GatewayError.is(failure),
    `It throws ${show(failure)}, not a GatewayError: routing cannot tell what went wrong.`,
    'fails-with-gateway-errors',
  );
}

/** What servers and what stands before them send when nothing is as it should be. */
const NO_REPLIES: readonly {
  readonly name: string;
  readonly reply: MockReply;
  readonly mayAnswer?: boolean;
}[] = [
  { name: 'an empty body', reply: { rawBody: '' }, mayAnswer: true },
  { name: 'null', reply: { body: null }, mayAnswer: true },
  { name: 'an empty list', reply: { body: [] }, mayAnswer: true },
  { name: 'an empty object', reply: { body: {} }, mayAnswer: true },
  { name: 'a page of HTML with status 200', reply: html(200), mayAnswer: true },
  { name: 'an empty stream', reply: { stream: [] }, mayAnswer: true },
  { name: 'a stream of words', reply: { stream: [{ data: 'not JSON' }] }, mayAnswer: true },
  { name: 'a redirect', reply: { status: 302, headers: { location: '/elsewhere' } } },
  { name: 'status 401 without a body', reply: { status: 401 } },
  { name: 'status 404 with a page of HTML', reply: html(404) },
  { name: 'status 429 with an odd time to wait', reply: { status: 429, headers: { 'retry-after': 'soon' } } },
  { name: 'status 500 with a list', reply: { status: 500, body: [1] } },
  { name: 'status 503 with a page of HTML', reply: html(503) },
];

function html(status: number): MockReply {
  return { status, headers: { 'content-type': 'text/html' }, rawBody: '<html>Sorry.</html>' };
}

/** How many replies are spoiled, for each answer. */
const SPOILED = 60;

async function surviveJson(
  bench: Bench,
  scenario: { readonly name: string; readonly reply?: unknown },
): Promise<void> {
  const messages = bench.upstream.messagesOf(scenario.reply);
  if (!messages || messages.values.length === 0) return;
  await mustHold(
    spoiled(messages.values),
    async (values) => {
      await survive(bench, bench.chat({ ...scenario, reply: messages.with(values) }));
    },
    SPOILED,
  );
}

/** Reads events under the grammar, and returns what they fail with. */
async function survive(bench: Bench, events: AsyncIterable<ChatEvent>): Promise<GatewayError | undefined> {
  try {
    await bench.read(events);
    return undefined;
  } catch (failure) {
    if (failure instanceof BrokenRule) throw failure;
    mustBeGatewayError(failure);
    must(failure.kind !== 'internal', failure.message);
    return failure;
  }
}

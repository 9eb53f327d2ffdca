import { type ChatEvent, collect, GatewayError } from '@dragoman/plugin';
import { chatStreams } from '../arbitraries.ts';
import type { Check } from '../check/check.ts';
import { must, mustEqual, mustMatch } from '../check/expect.ts';
import { mustHold } from '../check/property.ts';
import { eventsOf, readReply } from '../events.ts';
import { type HookBench, onHookBench } from './bench.ts';
import type { HookContract, ReplyScenario } from './contract.ts';
import { mustBeRefusal } from './request-checks.ts';

/** What it does with replies. */
export function replyChecks(contract: HookContract): readonly Check[] {
  const { replies = [], secrets = [], holdsBack = 1_000 } = contract;
  const check = (rule: string, title: string, work: (bench: HookBench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onHookBench(contract, work),
  });
  const streams = check('streams', 'passes a reply on while it comes', (bench) =>
    stream(bench, Number(holdsBack)),
  );
  return [
    ...replies.flatMap((scenario) => [
      check('changes-replies', `${verbOf(scenario)} a reply, in whatever pieces: ${scenario.name}`, (bench) =>
        change(bench, scenario, secrets),
      ),
    ]),
    ...(replies.length > 1
      ? [
          check('keeps-requests-apart', 'keeps requests apart that come at once', async (bench) => {
            await Promise.all(replies.map((scenario) => pass(bench, scenario, { size: 3, secrets })));
          }),
        ]
      : []),
    check('keeps-grammar', 'keeps the grammar of events, whatever a model says', (bench) =>
      keepGrammar(bench),
    ),
    ...(holdsBack === 'all' ? [] : [streams]),
    check('passes-failures-on', 'passes the failure of an upstream on as it is', failMidway),
    check('lets-go', 'lets the upstream go when its reader stops', stopReading),
  ];
}

const verbOf = ({ refused }: ReplyScenario): string => (refused === undefined ? 'lets pass' : 'refuses');

async function change(bench: HookBench, scenario: ReplyScenario, secrets: readonly string[]): Promise<void> {
  for (const size of [Infinity, 1, 7]) {
    const before = bench.test.findings.length;
    await pass(bench, scenario, { size, secrets });
    const found = bench.test.findings.slice(before);
    if (scenario.findings) mustMatch(found, scenario.findings, `The findings, ${pieces(size)}`);
  }
}

const pieces = (size: number): string => (size === Infinity ? 'in one piece' : `in pieces of ${size}`);

/** Lets one request and its reply pass, as two calls of the hook. */
async function pass(
  bench: HookBench,
  scenario: ReplyScenario,
  { size, secrets }: { readonly size: number; readonly secrets: readonly string[] },
): Promise<void> {
  const { reply, expected = {}, refused } = scenario;
  const { expected: _, ...asked } = scenario;
  const context = bench.test.another();
  await bench.ask(asked, context);
  const reading = readReply(bench.pass(eventsOf(textReply(reply, size)), context));
  const read = bench.wait(reading, 'The reply does not end.');
  if (refused === undefined) {
    mustMatch(await read, expected, `The reply, ${pieces(size)}`);
    return;
  }
  const failure = await read.then(
    () => undefined,
    (error: unknown) => error,
  );
  mustBeRefusal(failure, refused, secrets);
}

const OPENING: readonly ChatEvent[] = [
  { type: 'start', id: 'reply', model: 'mock-model' },
  { type: 'block-start', index: 0, block: { type: 'text' } },
];

function textReply(text: string, size: number): readonly ChatEvent[] {
  const deltas: ChatEvent[] = [];
  for (let at = 0; at < text.length; at += size)
    deltas.push({ type: 'block-delta', index: 0, delta: text.slice(at, at + size) });
  return [
    ...OPENING,
    ...deltas,
    { type: 'block-end', index: 0 },
    { type: 'finish', reason: 'stop', usage: { input: 1, output: 1 } },
  ];
}

async function keepGrammar(bench: HookBench): Promise<void> {
  await mustHold(
    chatStreams({ parts: ['text', 'reasoning', 'refusal', 'tool-call'], choices: 2 }),
    async (events) => {
      const passed = bench.pass(eventsOf(events), bench.test.another());
      const outcome = await bench.wait(
        readReply(passed).catch((error: unknown) => error),
        'A reply does not end.',
      );
      must(!GatewayError.is(outcome), `The reply fails: ${GatewayError.is(outcome) ? outcome.message : ''}`);
    },
  );
}

/** The first text must come out before more than the window has gone in; then the upstream is silent. */
async function stream(bench: HookBench, window: number): Promise<void> {
  const { promise: silence, resolve: end } = Promise.withResolvers<void>();
  const word = 'plain ';
  async function* source(): AsyncGenerator<ChatEvent> {
    yield* OPENING;
    for (let sent = 0; sent <= window; sent += word.length)
      yield { type: 'block-delta', index: 0, delta: word };
    await silence;
  }
  const read = async (): Promise<void> => {
    for await (const event of bench.pass(source(), bench.test.another()))
      if (event.type === 'block-delta') return;
  };
  const reading = read();
  try {
    await bench.wait(
      reading,
      `No text comes out after ${window} characters went in: yield events on, or say \`holdsBack\`.`,
    );
  } finally {
    end();
    await reading.catch(() => {});
  }
}

async function failMidway(bench: HookBench): Promise<void> {
  const failure = new GatewayError('overloaded', 'The upstream ran out of breath.');
  async function* source(): AsyncGenerator<ChatEvent> {
    yield* OPENING;
    yield { type: 'block-delta', index: 0, delta: 'Hel' };
    throw failure;
  }
  const outcome = await bench.wait(
    collect(bench.pass(source(), bench.test.another())).then(
      () => undefined,
      (error: unknown) => error,
    ),
    'The reply does not end when the upstream fails.',
  );
  must(outcome !== undefined, 'A reply that failed ends as if it were whole.');
  mustEqual(outcome, failure, 'The error');
}

async function stopReading(bench: HookBench): Promise<void> {
  let isEnded = false;
  async function* source(): AsyncGenerator<ChatEvent> {
    try {
      yield* textReply('plain '.repeat(1_000), 6);
    } finally {
      isEnded = true;
    }
  }
  const read = async (): Promise<void> => {
    for await (const event of bench.pass(source(), bench.test.another())) if (event.type === 'start') return;
  };
  await bench.wait(read(), 'The reply does not start.');
  must(isEnded, 'The upstream is not let go when the reader stops: iterate `events` with `for await`.');
}

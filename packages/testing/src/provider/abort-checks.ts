import { type ChatEvent, GatewayError } from '@dragoman/plugin';
import type { Check } from '../check/check.ts';
import { must, mustMatch, show } from '../check/expect.ts';
import { letRun } from '../check/patience.ts';
import { readEvents } from '../events.ts';
import { type Bench, onBench } from './bench.ts';
import type { AnyProviderContract, Scenario } from './contract.ts';

/** How it ends when nobody wants its answer any longer. */
export function abortChecks(contract: AnyProviderContract): readonly Check[] {
  const { silences, answers } = contract;
  const check = (rule: string, title: string, work: (bench: Bench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onBench(contract, work),
  });
  const [answer] = answers;
  const streamed = answers.filter(({ reply }) => reply !== undefined);
  return [
    ...silences.flatMap((scenario) => [
      check('ends-when-aborted', `ends at once when it is aborted: ${scenario.name}`, (bench) =>
        abort(bench, scenario),
      ),
      check(
        'ends-when-aborted',
        `does not begin when it is aborted already: ${scenario.name}`,
        async (bench) => {
          bench.test.abort();
          await mustBeCancelled(bench, bench.chat(scenario));
        },
      ),
      ...(answer
        ? [
            check(
              'leaves-others-alone',
              `leaves other calls alone when it is aborted: ${scenario.name}`,
              (bench) => abortBeside(bench, scenario, answer),
            ),
          ]
        : []),
    ]),
    ...streamed.map((scenario) =>
      check('lets-go', `lets the upstream go when its reader stops: ${scenario.name}`, (bench) =>
        stopReading(bench, scenario),
      ),
    ),
  ];
}

async function abort(bench: Bench, scenario: Scenario<unknown>): Promise<void> {
  const events = bench.chat(scenario);
  const cancelled = mustBeCancelled(bench, events);
  const call =
    scenario.reply !== undefined &&
    (await Promise.race([
      bench.wait(bench.upstream.waitForCall(1), 'The upstream is not called.'),
      cancelled,
    ]));
  await letRun();
  bench.test.abort();
  await cancelled;
  if (call)
    await bench.wait(call.aborted, 'The upstream is not let go after an abort: pass on `context.signal`.');
}

async function mustBeCancelled(bench: Bench, events: AsyncIterable<ChatEvent>): Promise<void> {
  const reading = readEvents(events).then(
    () => undefined,
    (error: unknown) => error ?? new Error('undefined was thrown'),
  );
  const failure = await bench.wait(reading, 'The call goes on after an abort: pass on `context.signal`.');
  must(failure !== undefined, 'The call ends as if it were answered, although it was aborted.');
  const kind = GatewayError.is(failure) ? failure.kind : show(failure);
  must(kind === 'cancelled', `An aborted call must fail with kind cancelled, not with ${kind}.`);
}

async function abortBeside(
  bench: Bench,
  silence: Scenario<unknown>,
  answer: Scenario<unknown> & { readonly expected: unknown },
): Promise<void> {
  const cancelled = mustBeCancelled(bench, bench.chat(silence));
  if (silence.reply !== undefined)
    await bench.wait(bench.upstream.waitForCall(1), 'The upstream is not called.');
  const other = bench.another();
  const reading = bench.read(bench.chat(answer, other));
  // Nobody waits for it yet, and it may fail before the first call has ended.
  reading.catch(() => {});
  bench.test.abort();
  await cancelled;
  mustMatch(await reading, answer.expected, 'The reply to the other call');
}

async function stopReading(bench: Bench, scenario: Scenario<unknown>): Promise<void> {
  const reply = bench.upstream.heldOpen(scenario.reply);
  if (reply === undefined) return;
  const read = async (): Promise<void> => {
    for await (const event of bench.chat({ ...scenario, reply })) if (isContent(event)) break;
  };
  await bench.wait(read(), 'No content comes before the reply is over.');
  const call = await bench.upstream.waitForCall(1);
  await bench.wait(
    call.aborted,
    'The upstream is not let go when the reader stops: end the call in `finally`.',
  );
}

const isContent = ({ type }: ChatEvent): boolean => type === 'block-delta' || type === 'block';

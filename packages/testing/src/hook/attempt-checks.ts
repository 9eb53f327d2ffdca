import type { ChatRequest } from '@dragoman/plugin';
import { isAnswer } from '@dragoman/plugin/internal/plugin/hooks/answer';
import type { Check } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { must, mustEqual, mustMatch } from '../check/expect.ts';
import { type HookBench, onHookBench } from './bench.ts';
import type { AttemptScenario, HookContract } from './contract.ts';
import { mustBeRefusal } from './request-checks.ts';

/** What it does with a request for one candidate. */
export function attemptChecks(contract: HookContract): readonly Check[] {
  const { attempts = [], secrets = [] } = contract;
  const check = (rule: string, title: string, work: (bench: HookBench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onHookBench(contract, work),
  });
  const apart = check('keeps-attempts-apart', 'keeps attempts apart that run at once', async (bench) => {
    await Promise.all(attempts.map((scenario) => decide(bench, scenario, secrets)));
  });
  return [
    ...attempts.map((scenario) =>
      check('changes-attempts', `${verbOf(scenario)} at a candidate: ${scenario.name}`, async (bench) => {
        await decide(bench, scenario, secrets);
        if (scenario.findings) mustMatch(bench.test.findings, scenario.findings, 'The findings');
      }),
    ),
    ...(attempts.length > 1 ? [apart] : []),
  ];
}

const verbOf = ({ refused }: AttemptScenario): string => (refused === undefined ? 'lets pass' : 'refuses');

async function decide(
  bench: HookBench,
  scenario: AttemptScenario,
  secrets: readonly string[],
): Promise<void> {
  const { expected, refused } = scenario;
  if (refused === undefined) {
    const became = await attempt(bench, scenario);
    if (expected) mustMatch(became, expected, 'The request');
    return;
  }
  const failure = await attempt(bench, scenario).then(
    () => undefined,
    (error: unknown) => error,
  );
  mustBeRefusal(failure, refused, secrets);
}

/** Gives a request to a hook as for one candidate: the attempt has a copy of what the hook remembers. */
async function attempt(bench: HookBench, scenario: AttemptScenario): Promise<ChatRequest> {
  const { hook, test } = bench;
  const context = test.another();
  const asked = await bench.ask(scenario, context);
  must(!isAnswer(asked), 'The hook answers the request, so there is no attempt.');
  const request = deepFreeze(asked);
  const own = Object.assign(context, { state: new Map(context.state) });
  const became = await bench.wait(
    Promise.resolve(hook.attempt?.(request, own) ?? request),
    'The hook does not return the request of an attempt.',
  );
  must(!isAnswer(became), '`attempt` returns an answer: only `request` can answer.');
  const { protocol, stream } = request;
  mustEqual([became.protocol, became.stream], [protocol, stream], 'protocol and stream');
  return became;
}

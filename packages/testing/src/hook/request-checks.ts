import { HookRefusal } from '@dragoman/plugin/internal/plugin/hooks/refuse';
import { isAnswer } from '@dragoman/plugin/internal/plugin/hooks/answer';
import type { Check } from '../check/check.ts';
import { must, mustEqual, mustMatch, mustNotContain, show } from '../check/expect.ts';
import { type HookBench, mustBecome, onHookBench } from './bench.ts';
import type { HookContract, RequestScenario } from './contract.ts';

/** What it does with requests. */
export function requestChecks(contract: HookContract): readonly Check[] {
  const { requests = [], secrets = [] } = contract;
  const check = (rule: string, title: string, work: (bench: HookBench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onHookBench(contract, work),
  });
  return [
    check('applies-at-once', 'says at once whether it applies', async ({ hook, test }) => {
      const applies: unknown = hook.applies?.(test.context) ?? true;
      must(typeof applies === 'boolean', '`applies` must return a boolean at once: it cannot be async.');
    }),
    ...requests.map((scenario) =>
      check('decides', `${verbOf(scenario)} ${scenario.name}`, async (bench) => {
        await decide(bench, scenario, secrets);
        if (scenario.findings) mustMatch(bench.test.findings, scenario.findings, 'The findings');
      }),
    ),
    ...requests
      .filter(({ refused, answered }) => refused === undefined && answered === undefined)
      .map((scenario) =>
        check('keeps-the-question', `keeps protocol and form of ${scenario.name}`, async (bench) => {
          const became = await bench.ask(scenario, bench.test.context);
          if (isAnswer(became)) return;
          const { protocol = 'openai-chat', stream = true } = scenario.request ?? {};
          mustEqual([became.protocol, became.stream], [protocol, stream], 'protocol and stream');
        }),
      ),
  ];
}

function verbOf({ refused, answered }: RequestScenario): string {
  if (refused !== undefined) return 'refuses';
  return answered === undefined ? 'lets pass' : 'answers';
}

async function decide(
  bench: HookBench,
  scenario: RequestScenario,
  secrets: readonly string[],
): Promise<void> {
  const { refused } = scenario;
  if (refused === undefined) {
    await mustBecome(await bench.ask(scenario, bench.test.context), scenario);
    return;
  }
  const failure = await bench.ask(scenario, bench.test.context).then(
    () => undefined,
    (error: unknown) => error,
  );
  mustBeRefusal(failure, refused, secrets);
}

/** Fails unless something was refused, with this code and no secret. */
export function mustBeRefusal(failure: unknown, code: string, secrets: readonly string[]): void {
  must(failure !== undefined, 'The hook does not refuse it.');
  must(HookRefusal.is(failure), `It throws ${show(failure)}: use \`refuse(…)\`.`);
  mustEqual(failure.code, code, 'The code of the refusal');
  mustNotContain(failure, secrets, 'The refusal');
}

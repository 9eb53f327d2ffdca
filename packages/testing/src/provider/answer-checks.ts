import type { Check } from '../check/check.ts';
import { must, mustEqual, mustMatch } from '../check/expect.ts';
import { letRun } from '../check/patience.ts';
import { type Bench, onBench } from './bench.ts';
import type { AnswerScenario, AnyProviderContract } from './contract.ts';

/** What it answers, however the network delivers it. */
export function answerChecks(contract: AnyProviderContract): readonly Check[] {
  const { answers, models, reportsUsage = true } = contract;
  const check = (rule: string, title: string, work: (bench: Bench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onBench(contract, work),
  });
  return [
    check('starts-at-once', 'calls nobody when it is created', async (bench) => {
      await letRun();
      const calls = bench.sent + bench.upstream.calls.length + bench.logins.calls.length;
      must(calls === 0, 'It called its upstream before anybody asked for it: connect on the first call.');
    }),
    ...answers.map((scenario) =>
      check('answers', `answers ${scenario.name}, in whatever pieces`, (bench) => answer(bench, scenario)),
    ),
    ...answers
      .filter((scenario) => scenario.reportsUsage ?? reportsUsage)
      .map((scenario) =>
        check('reports-usage', `says how many tokens it took: ${scenario.name}`, async (bench) => {
          const { usage } = await bench.read(bench.chat(scenario));
          must(
            usage?.input !== undefined && usage.output !== undefined,
            'The reply has no usage. If the upstream reports none, say `reportsUsage: false`.',
          );
        }),
      ),
    check('lists-models', models ? 'lists its models' : 'lists no models', async (bench) => {
      if (models?.reply !== undefined) bench.upstream.reply(models.reply);
      const listing = Promise.resolve(bench.provider.models?.(bench.test.context));
      const listed = await bench.wait(listing, 'The list of models does not come.');
      mustEqual(
        listed?.map(({ id }) => id),
        models?.ids,
        'The ids of its models',
      );
    }),
  ];
}

async function answer(bench: Bench, scenario: AnswerScenario<unknown>): Promise<void> {
  const { reply, expected } = scenario;
  const deliveries = reply === undefined ? [{ name: '', reply }] : bench.upstream.deliveries(reply);
  for (const { name, reply: delivered } of deliveries) {
    const got = await bench.read(bench.chat({ ...scenario, reply: delivered }));
    const what = name === '' ? 'The reply' : `The reply, delivered ${name}`;
    mustMatch(got, expected, what);
    must(got.choices.length > 0, `${what} has no choice.`);
  }
}

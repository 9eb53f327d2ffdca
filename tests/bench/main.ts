/** `npm run bench`: what the gateway costs beside a proxy that does nothing. See README.md. */
import { parseArgs } from 'node:util';
import { runRound } from './load.ts';
import { formatReport, type Result } from './report.ts';
import { CHUNKS, type Scenario, SCENARIOS } from './scenarios.ts';
import { startTarget, type Target } from './target.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const ROUNDS = values.quick ? 2 : 5;
/** The first requests run on code that is not yet compiled. */
const WARM_UP = values.quick ? 0.2 : 2;

const targets: Target[] = [];
const start = async (name: string, file: string, env?: NodeJS.ProcessEnv): Promise<Target> => {
  const target = await startTarget(name, file, env);
  targets.push(target);
  return target;
};

function scaled(scenario: Scenario, factor: number): Scenario {
  return { ...scenario, requests: Math.max(scenario.connections, Math.round(scenario.requests * factor)) };
}

/** The two take turns, so that both see the same machine. */
async function measure(scenario: Scenario, bare: Target, gateway: Target): Promise<Result> {
  const round = (target: Target, factor = 1) =>
    runRound(target, scaled(scenario, factor), scenario.isStream ? CHUNKS : 0);
  await round(bare, WARM_UP);
  await round(gateway, WARM_UP);
  const result = {
    scenario,
    bare: [] as Awaited<ReturnType<typeof round>>[],
    gateway: [] as Awaited<ReturnType<typeof round>>[],
  };
  for (let at = 0; at < ROUNDS; at++) {
    result.bare.push(await round(bare));
    result.gateway.push(await round(gateway));
  }
  return result;
}

try {
  const mock = await start('mock', './mock.ts');
  const env = { UPSTREAM: `http://127.0.0.1:${mock.port}` };
  const bare = await start('bare proxy', './bare-proxy.ts', env);
  const gateways = {
    'passed through': await start('gateway', './gateway.ts', env),
    translated: await start('translating gateway', './gateway.ts', { ...env, PASS_THROUGH: 'false' }),
  };
  const results: Result[] = [];
  for (const scenario of SCENARIOS) results.push(await measure(scenario, bare, gateways[scenario.way]));
  console.log(values.json ? JSON.stringify(results, undefined, 2) : formatReport(results));
} finally {
  await Promise.all(targets.map((target) => target.stop()));
}

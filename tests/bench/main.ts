/** `npm run bench`: what the gateway costs beside a proxy that does nothing. See README.md. */
import { availableParallelism, constants } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measure } from './child.ts';
import { type Child, createChildren } from './children.ts';
import type { Job, Tally } from './load.ts';
import { formatResult, type Result, type Round } from './report.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    only: { type: 'string' },
    against: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const EFFORT = {
  ...(values.quick ? { rounds: 2, seconds: 0.2, warmUp: 0.1 } : { rounds: 5, seconds: 0.8, warmUp: 1 }),
  ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
};

type Server = Child<Measure, number>;
type Gateways = ReadonlyMap<Scenario['gateway'], Server>;

interface Bench {
  readonly load: Child<Job, Tally>;
  readonly bare: Server;
  readonly gateways: Gateways;
  /** The gateways of the checkout that `--against` names. */
  readonly before?: Gateways;
}

const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only ?? ''));

const children = createChildren();

async function startAll(): Promise<Bench> {
  const mock = await children.start({ name: 'the mock upstream', file: './mock.ts' });
  const upstream = { UPSTREAM: `http://127.0.0.1:${mock.port}` };
  const startGateway = (kind: Scenario['gateway'], file: string): Promise<Server> => {
    const env = { ...upstream, GATEWAY: kind };
    return children.start({ name: `the ${kind} gateway`, file, env });
  };
  const startGateways = async (file: string, kinds: ReadonlySet<Scenario['gateway']>): Promise<Gateways> => {
    const started = new Map<Scenario['gateway'], Server>();
    for (const kind of kinds) started.set(kind, await startGateway(kind, file));
    return started;
  };
  const own = scenarios.flatMap(({ gateway, beside }) => (beside ? [gateway, beside] : [gateway]));
  const old = scenarios.filter(({ isNew = false }) => !isNew).map(({ gateway }) => gateway);
  const { against } = values;
  return {
    bare: await children.start({ name: 'the bare proxy', file: './bare-proxy.ts', env: upstream }),
    gateways: await startGateways('./gateway-process.ts', new Set(own)),
    ...(against !== undefined && { before: await startGateways(gatewayOf(against), new Set(old)) }),
    load: await children.start({ name: 'the load generator', file: './load.ts' }),
  };
}

function gatewayOf(checkout: string): string {
  return pathToFileURL(resolve(checkout, 'tests/bench/gateway-process.ts')).href;
}

/** Waits until a process has had nothing to do for a while. */
async function rest({ ask }: Pick<Server, 'ask'>, milliseconds: number): Promise<void> {
  const tick = 0.02 * milliseconds * 1000;
  for (let before = -Infinity, now = await ask('cpu'); now - before > tick; now = await ask('cpu')) {
    before = now;
    await setTimeout(milliseconds);
  }
}

async function measure({ load, bare, gateways, before }: Bench, scenario: Scenario): Promise<Result> {
  const { path, body, connections, leastEvents, restMs } = scenario;
  const run = async ({ ask, port = 0, key = '' }: Server, seconds = EFFORT.seconds): Promise<Round> => {
    const start = await ask('cpu');
    const tally = await load.ask({ port, key, path, body, connections, leastEvents, seconds });
    if (restMs !== undefined) await rest({ ask }, restMs);
    return { ...tally, cpuMicros: (await ask('cpu')) - start };
  };
  const result = { scenario, beside: besideOf(scenario), bare: [] as Round[], gateway: [] as Round[] };
  const own = (kind: Scenario['gateway']): Server => {
    const server = gateways.get(kind);
    if (!server) throw new Error(`The gateway ${kind} was not started.`);
    return server;
  };
  const beside = scenario.beside && own(scenario.beside);
  const other = before?.get(scenario.gateway) ?? beside ?? bare;
  const turns = [
    { server: other, rounds: result.bare },
    { server: own(scenario.gateway), rounds: result.gateway },
  ];
  for (const { server } of turns) await run(server, scenario.warmUpSeconds * EFFORT.warmUp);
  for (let at = 0; at < EFFORT.rounds; at++) {
    for (const { server, rounds } of turns) rounds.push(await run(server));
    // Who comes second finds a warmer machine, so that changes too.
    turns.reverse();
  }
  return result;
}

function besideOf({ beside, isNew = false }: Scenario): string {
  return values.against === undefined || isNew ? (beside ?? 'bare') : 'before';
}

async function run(): Promise<void> {
  const bench = await startAll();
  const machine = `Node ${process.versions.node}, ${availableParallelism()} processors, ${EFFORT.rounds} rounds`;
  if (!values.json) console.log(machine);
  const results: Result[] = [];
  for (const scenario of scenarios) {
    const result = await measure(bench, scenario);
    results.push(result);
    if (!values.json) console.log(`\n${formatResult(result)}`);
  }
  if (values.json) console.log(JSON.stringify({ machine, results }, undefined, 2));
}

let stoppedBy: 'SIGINT' | 'SIGTERM' | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stoppedBy = signal;
    process.exitCode = 128 + constants.signals[signal];
    void children.stop();
  });
}
try {
  await run();
} catch (error) {
  // A run that was stopped loses its processes; that is no failure.
  if (!stoppedBy) throw error;
} finally {
  await children.stop();
}

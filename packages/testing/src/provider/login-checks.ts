import { GatewayError } from '@dragoman/plugin';
import type { Check } from '../check/check.ts';
import { must, mustMatch, show } from '../check/expect.ts';
import { letRun } from '../check/patience.ts';
import type { MockReply } from '../upstreams/mock-reply.ts';
import type { MockUpstream } from '../upstreams/mock-upstream.ts';
import { type Bench, onBench } from './bench.ts';
import type { AnswerScenario, AnyProviderContract, Scenario } from './contract.ts';

const TOGETHER = 20;

interface LoginBench extends Bench {
  readonly answer: AnswerScenario<unknown>;
  readonly login: NonNullable<AnyProviderContract['login']>;
}

/** How calls share a login. */
export function loginChecks(contract: AnyProviderContract): readonly Check[] {
  const { login, answers } = contract;
  const [answer] = answers;
  if (!login || !answer) return [];
  const check = (rule: string, title: string, work: (bench: LoginBench) => Promise<void>): Check => ({
    ...{ rule, title },
    run: () => onBench(contract, (bench) => work(Object.assign(bench, { answer, login }))),
  });
  const checks = [
    check('shares-login', `logs in once for ${TOGETHER} calls at once`, logInOnce),
    check('login-outlives-caller', 'goes on with a login whose first caller leaves', leaveLogin),
    check('retries-login', 'fails with a refused login, and logs in anew later', refuseLogin),
  ];
  const renews = login.expired !== undefined && !contract.upstream;
  return renews
    ? [...checks, check('renews-login', `logs in once when ${TOGETHER} calls are refused`, renewLogin)]
    : checks;
}

async function logInOnce(bench: LoginBench): Promise<void> {
  const { answer, logins } = bench;
  const release = holdLogin(bench);
  const all = Promise.all(manyCalls(bench, answer));
  all.catch(() => {});
  await bench.wait(Promise.race([logins.waitForCall(1), all]), 'It does not log in.');
  await letRun();
  release();
  for (const got of await all) mustMatch(got, answer.expected, 'The reply');
  const { length } = logins.calls;
  must(length === 1, `${TOGETHER} calls at once logged in ${length} times: share it by \`singleFlight\`.`);
}

async function leaveLogin(bench: LoginBench): Promise<void> {
  const { answer, logins } = bench;
  const release = holdLogin(bench);
  // The upstream answers the call that stays; the one that leaves never gets there.
  const left = bench.read(bench.chat(asked(answer))).catch(() => {});
  await bench.wait(Promise.race([logins.waitForCall(1), left]), 'It does not log in.');
  const staying = bench.read(bench.chat(answer, bench.another()));
  staying.catch(() => {});
  await letRun();
  bench.test.abort();
  await bench.wait(left, 'A call that waits for a login does not end when it is aborted.');
  await letRun();
  release();
  const got = await staying.catch((error: unknown) => {
    if (!GatewayError.is(error)) throw error;
    must(
      false,
      `The other call fails with ${error.kind}: log in with the \`http\` of the setup, not of a call.`,
    );
  });
  mustMatch(got, answer.expected, 'The reply');
}

async function refuseLogin(bench: LoginBench): Promise<void> {
  const { answer, logins } = bench;
  logins.reply({ status: 401, body: { error: 'invalid_grant' } });
  const failure = await bench.read(bench.chat(asked(answer))).then(
    () => undefined,
    (error: unknown) => error,
  );
  must(failure !== undefined, 'A refused login is taken for one that worked.');
  must(GatewayError.is(failure), `A refused login throws ${show(failure)}, not a GatewayError.`);
  must(
    failure.kind === 'upstream-auth',
    `A refused login must fail with upstream-auth, not with ${failure.kind}.`,
  );
  // A provider may let a login that failed rest for a while.
  bench.pass(60_000);
  const next = await bench.read(bench.chat(answer, bench.another()));
  mustMatch(next, answer.expected, 'The reply to the next call');
}

async function renewLogin(bench: LoginBench): Promise<void> {
  const { answer, login, logins } = bench;
  const upstream = bench.upstream as MockUpstream;
  mustMatch(await bench.read(bench.chat(answer)), answer.expected, 'The reply to the first call');
  let refused = 0;
  const { promise: allRefused, resolve } = Promise.withResolvers<void>();
  // Each call is refused once, and none before all have come.
  upstream.handle('*', async () => {
    if (refused >= TOGETHER) return answer.reply as MockReply;
    refused += 1;
    if (refused === TOGETHER) resolve();
    await allRefused;
    return login.expired ?? {};
  });
  const replies = await Promise.all(manyCalls(bench, asked(answer)));
  for (const got of replies) mustMatch(got, answer.expected, 'The reply after a new login');
  const times = logins.calls.length - 1;
  must(
    times === 1,
    `${TOGETHER} calls that were refused at once logged in ${times} times: use \`renew\` of \`singleFlight\`.`,
  );
}

/** Holds the first login until it is released. */
function holdLogin({ logins, login }: LoginBench): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  logins.handle('*', async () => {
    const isHeld = isFirst;
    isFirst = false;
    if (isHeld) await promise;
    return login.reply;
  });
  return resolve;
}

function manyCalls(bench: Bench, scenario: Scenario<unknown>): ReturnType<Bench['read']>[] {
  return Array.from({ length: TOGETHER }, () => bench.read(bench.chat(scenario, bench.another())));
}

/** The question of a scenario, to which no reply is queued. */
function asked({ name, request }: Scenario<unknown>): Scenario<unknown> {
  return { name, ...(request && { request }) };
}

import type { ChatEvent, ChatReply, HttpClient, Provider } from '@dragoman/plugin';
import { BrokenRule } from '../check/check.ts';
import { deepFreeze } from '../check/deep-freeze.ts';
import { mustNotContain } from '../check/expect.ts';
import { PATIENCE_MS, withPatience } from '../check/patience.ts';
import { withoutStrays } from '../check/strays.ts';
import { createTestContext, type TestContext } from '../context/call-context.ts';
import { chatRequest, readReply } from '../events.ts';
import type { FakeUpstream } from '../upstreams/fake-upstream.ts';
import { type MockUpstream, startMockUpstream } from '../upstreams/mock-upstream.ts';
import type { AnyProviderContract, Scenario } from './contract.ts';

/** What one check works with: servers of its own, and a provider that points at them. */
export interface Bench {
  readonly upstream: FakeUpstream;
  readonly logins: MockUpstream;
  readonly provider: Provider;
  /** How often it has sent something with the `http` of the setup. */
  readonly sent: number;
  /** The context of the first call. */
  readonly test: TestContext;
  /** Lets time pass on the clock of the setup. */
  pass(ms: number): void;
  /** The context of another call. */
  another(): TestContext;
  /** Queues the scenario's reply and calls the provider. */
  chat(scenario: Scenario<unknown>, test?: TestContext): AsyncIterable<ChatEvent>;
  /** Reads a whole reply under the grammar of events. */
  read(events: AsyncIterable<ChatEvent>): Promise<ChatReply>;
  /** Waits for something that must happen, and fails with a sentence if it does not. */
  wait<T>(promise: Promise<T>, message: string, rule?: string): Promise<T>;
}

/** Does the work of one check. Afterwards nothing may be left behind, and no secret may be in the log. */
export async function onBench(
  contract: AnyProviderContract,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const { upstream: start = startMockUpstream, secrets = [], patienceMs = PATIENCE_MS } = contract;
  const [upstream, logins] = await Promise.all([start(), startMockUpstream()]);
  const tests: TestContext[] = [];
  try {
    await withoutStrays(async () => {
      const bench = createBench({ contract, upstream, logins, tests, patienceMs });
      await work(bench);
      for (const test of tests) await test.close();
      await bench.wait(closed(bench.provider), 'The provider does not close.', 'closes');
    });
    mustNotContain(
      tests.map(({ logged }) => logged),
      secrets,
      'The log',
    );
  } finally {
    await Promise.all([upstream.close(), logins.close(), ...tests.map((test) => test.close())]);
  }
}

interface BenchParts {
  readonly contract: AnyProviderContract;
  readonly upstream: FakeUpstream;
  readonly logins: MockUpstream;
  readonly tests: TestContext[];
  readonly patienceMs: number;
}

function createBench({ contract, upstream, logins, tests, patienceMs }: BenchParts): Bench {
  const { login } = contract;
  const type = typeof contract.type === 'function' ? contract.type(upstream) : contract.type;
  let time = 1_760_000_000_000;
  const another = (): TestContext => {
    const test = createTestContext({ now: () => time });
    tests.push(test);
    return test;
  };
  if (login) logins.handle('*', () => login.reply);
  const test = another();
  const options = contract.options(upstream.url, { upstream, loginUrl: logins.url });
  let sent = 0;
  const http: HttpClient = {
    send(request) {
      sent += 1;
      return test.setup.http.send(request);
    },
  };
  const provider = type.create(type.options.parse(options), { ...test.setup, http });
  const wait: Bench['wait'] = (promise, message, rule) =>
    withPatience(promise, patienceMs, new BrokenRule(message, rule === undefined ? {} : { rule }));
  return {
    ...{ upstream, logins, provider, test, another, wait },
    get sent() {
      return sent;
    },
    pass(ms) {
      time += ms;
    },
    chat({ request, reply }, { context } = test) {
      if (reply !== undefined) upstream.reply(reply);
      return provider.chat(deepFreeze(chatRequest('Hello', request)), context);
    },
    read: (events) => wait(readReply(events), 'The reply does not end.'),
  };
}

async function closed(provider: Provider): Promise<void> {
  await provider.close?.();
}

import type { z } from 'zod';
import { type Check, type CheckOptions, type Problem, runChecks } from '../check/check.ts';
import { optionChecks, type Optioned } from '../check/option-checks.ts';
import type { FakeUpstream } from '../upstreams/fake-upstream.ts';
import { type MockUpstream, startMockUpstream } from '../upstreams/mock-upstream.ts';
import { abortChecks } from './abort-checks.ts';
import { answerChecks } from './answer-checks.ts';
import type { AnyProviderContract, ProviderContract } from './contract.ts';
import { failureChecks } from './failure-checks.ts';
import { loginChecks } from './login-checks.ts';

/** All that a provider is held to. */
export function providerChecks<Options extends z.ZodObject, Upstream extends FakeUpstream = MockUpstream>(
  own: ProviderContract<Options, Upstream>,
): readonly Check[] {
  // What each check passes between the parts of one contract fits together, as the author's types have said.
  const contract = own as unknown as AnyProviderContract;
  return [
    ...optionChecks(() => sampleOf(contract)),
    ...answerChecks(contract),
    ...failureChecks(contract),
    ...abortChecks(contract),
    ...loginChecks(contract),
  ];
}

async function sampleOf({
  upstream: start = startMockUpstream,
  type,
  options,
}: AnyProviderContract): Promise<Optioned> {
  const upstream = await start();
  try {
    return {
      type: typeof type === 'function' ? type(upstream) : type,
      valid: options(upstream.url, { upstream, loginUrl: upstream.url }),
    };
  } finally {
    await upstream.close();
  }
}

/** Runs the contract of providers, and returns what is wrong. Needs no test runner. */
export function checkProvider<Options extends z.ZodObject, Upstream extends FakeUpstream = MockUpstream>(
  contract: ProviderContract<Options, Upstream>,
  options?: CheckOptions,
): Promise<readonly Problem[]> {
  return runChecks(providerChecks(contract), options);
}

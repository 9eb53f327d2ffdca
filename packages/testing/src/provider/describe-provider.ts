import type { z } from 'zod';
import { describeChecks } from '../check/describe-checks.ts';
import type { FakeUpstream } from '../upstreams/fake-upstream.ts';
import type { MockUpstream } from '../upstreams/mock-upstream.ts';
import { providerChecks } from './check-provider.ts';
import type { ProviderContract } from './contract.ts';

/** The contract of every provider, as tests. Call it in a `*.test.ts` of the plugin. */
export function describeProvider<Options extends z.ZodObject, Upstream extends FakeUpstream = MockUpstream>(
  name: string,
  contract: ProviderContract<Options, Upstream>,
): void {
  describeChecks(`the provider ${name} keeps the contract of providers`, providerChecks(contract));
}

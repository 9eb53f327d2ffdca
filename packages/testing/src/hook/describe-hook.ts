import type { z } from 'zod';
import { describeChecks } from '../check/describe-checks.ts';
import { hookChecks } from './check-hook.ts';
import type { HookContract } from './contract.ts';

/** The contract of every hook, as tests. Call it in a `*.test.ts` of the plugin. */
export function describeHook<Options extends z.ZodObject>(
  name: string,
  contract: HookContract<Options>,
): void {
  describeChecks(`the hook ${name} keeps the contract of hooks`, hookChecks(contract));
}

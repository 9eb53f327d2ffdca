import type { z } from 'zod';
import { type Check, type CheckOptions, type Problem, runChecks } from '../check/check.ts';
import { optionChecks } from '../check/option-checks.ts';
import { attemptChecks } from './attempt-checks.ts';
import { bodyChecks } from './body-checks.ts';
import type { HookContract } from './contract.ts';
import { replyChecks } from './reply-checks.ts';
import { requestChecks } from './request-checks.ts';

/** All that a hook is held to. */
export function hookChecks<Options extends z.ZodObject>(own: HookContract<Options>): readonly Check[] {
  // Options fit their type, as the author's types have said.
  const contract = own as unknown as HookContract;
  return [
    ...optionChecks(async () => ({ type: contract.type, valid: contract.options })),
    ...requestChecks(contract),
    ...attemptChecks(contract),
    ...replyChecks(contract),
    ...bodyChecks(contract),
  ];
}

/** Runs the contract of hooks, and returns what is wrong. Needs no test runner. */
export function checkHook<Options extends z.ZodObject>(
  contract: HookContract<Options>,
  options?: CheckOptions,
): Promise<readonly Problem[]> {
  return runChecks(hookChecks(contract), options);
}

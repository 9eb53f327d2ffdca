import { defined } from '@dragoman/plugin';
import fc from 'fast-check';
import { BrokenRule, messageOf } from './check.ts';
import { show } from './expect.ts';

/** How many cases are tried where nothing else is said. */
const CASES = 100;

/** Fails with the smallest case found for which a test fails. The same cases are tried each time. */
export async function mustHold<T>(
  cases: fc.Arbitrary<T>,
  test: (one: T) => Promise<void> | void,
  numRuns = CASES,
): Promise<void> {
  const property = fc.asyncProperty(cases, async (one) => test(one));
  const { failed, errorInstance, counterexample } = await fc.check(property, { numRuns, seed: 1 });
  if (!failed) return;
  const rule = errorInstance instanceof BrokenRule ? errorInstance.rule : undefined;
  throw new BrokenRule(
    `${messageOf(errorInstance)} The case: ${show(counterexample?.[0])}`,
    defined({ rule }),
  );
}

import { describe, it } from 'vitest';
import type { Check } from './check.ts';

/** Makes a test of each check. */
export function describeChecks(title: string, checks: readonly Check[]): void {
  describe(title, () => {
    for (const check of checks) it(check.title, () => check.run());
  });
}

import { createBodyBudget } from '../../core/src/http/base/body-budget.ts';
import type { Intake } from '../../core/src/http/bodies/intake.ts';
import { createUploadWatch } from '../../core/src/http/bodies/upload-watch.ts';

/** How one body comes in, with room for many. */
export function createIntake(limit: number): Intake {
  return {
    limit,
    account: createBodyBudget({ bodyBudget: 1e9, bodyLimit: limit }).open(''),
    askFor: () => {},
    uploads: createUploadWatch({ minBytesPerSecond: 0, maxMs: 0, now: Date.now }),
  };
}

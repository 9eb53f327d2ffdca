import type { Context } from 'koa';
import type { z } from 'zod';
import { explainIssues } from '../../validation/explain.ts';
import { problemsOf } from '../../validation/issues.ts';
import { AdminError } from './admin-error.ts';

/** Reads and checks the query of a request. Throws an `AdminError`. */
export function readQuery<Schema extends z.ZodType>({ query }: Context, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(
    { ...query },
    { error: explainIssues({ showsValues: true }), reportInput: true },
  );
  if (parsed.success) return parsed.data;
  throw new AdminError('invalid', 'Invalid query.', {
    issues: problemsOf(parsed.error, { schema }),
  });
}

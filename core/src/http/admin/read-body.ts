import type { Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import type { z } from 'zod';
import { explainIssues } from '../../config/explain.ts';
import { problemsOf } from '../../config/issues.ts';
import { AdminError } from './admin-error.ts';

const parseJson = bodyParser({ enableTypes: ['json'], jsonLimit: '1mb' });

/** Reads and checks the body of a request; none counts as an empty object. Throws an `AdminError`. */
export async function readBody(ctx: Context, schema: z.ZodType): Promise<unknown> {
  // `is` gives null when there is no body.
  if (ctx.is('json') === false) {
    throw new AdminError('invalid', 'The request body must be JSON, with the content type application/json.');
  }
  try {
    await parseJson(ctx, () => Promise.resolve());
  } catch (error) {
    throw refusalOf(error);
  }
  // A body may hold a secret, or have it in the wrong place: values are never shown.
  const parsed = schema.safeParse(ctx.request.body ?? {}, {
    error: explainIssues({ showsValues: false }),
    reportInput: true,
  });
  if (parsed.success) return parsed.data;
  throw new AdminError('invalid', 'The request body is not valid.', {
    issues: problemsOf(parsed.error, { schema }),
  });
}

function refusalOf(error: unknown): AdminError {
  const isTooLarge = (error as { readonly status?: number }).status === 413;
  if (isTooLarge) return new AdminError('too-large', 'The request body must have at most 1 MiB.');
  return new AdminError('invalid', 'The request body must be a JSON object.');
}

import type { Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import type { z } from 'zod';
import { GatewayError } from '../../canonical/errors.ts';
import { explainIssues } from '../../validation/explain.ts';
import { problemsOf } from '../../validation/issues.ts';
import { type IntakeDeps, openIntake } from '../bodies/intake.ts';
import { meterBody } from '../bodies/meter-body.ts';
import { AdminError } from './admin-error.ts';
import type { Access } from './operation.ts';

/** The body limit, the owner in the budget, and the parser. Anybody may send a body to sign in. */
const INTAKES = {
  public: intakeOf(16 * 1024, 'sign-in'),
  admin: intakeOf(1024 * 1024, 'admin'),
} as const;

function intakeOf(bodyLimit: number, owner: string) {
  return { bodyLimit, owner, parseJson: bodyParser({ enableTypes: ['json'], jsonLimit: `${bodyLimit}b` }) };
}

interface AdminBody {
  readonly schema: z.ZodType;
  readonly access: Access;
}

/** Reads and checks the body of a request; none counts as an empty object. Throws an `AdminError`. */
export async function readBody(
  ctx: Context,
  { schema, access }: AdminBody,
  deps: Pick<IntakeDeps, 'bodies' | 'uploads'>,
): Promise<unknown> {
  // `is` gives null when there is no body.
  if (ctx.is('json') === false) {
    throw new AdminError('invalid', 'The request body must be JSON, with the content type application/json.');
  }
  await parse(ctx, INTAKES[access === 'public' ? 'public' : 'admin'], deps);
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

async function parse(
  ctx: Context,
  { bodyLimit, owner, parseJson }: ReturnType<typeof intakeOf>,
  deps: Pick<IntakeDeps, 'bodies' | 'uploads'>,
): Promise<void> {
  const meter = meterBody(ctx.req, openIntake(ctx, { ...deps, bodyLimit }, owner));
  try {
    await Promise.race([parseJson(ctx, () => Promise.resolve()), meter.refused]);
  } catch (error) {
    if (GatewayError.is(error)) throw error;
    throw refusalOf(error, bodyLimit);
  } finally {
    meter.end();
  }
}

function refusalOf(error: unknown, bodyLimit: number): AdminError {
  const isTooLarge = (error as { readonly status?: number }).status === 413;
  if (isTooLarge)
    return new AdminError('too-large', `The request body must have at most ${bodyLimit} bytes.`);
  return new AdminError('invalid', 'The request body must be a JSON object.');
}

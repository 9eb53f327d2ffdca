import type { Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import type { z } from 'zod';
import { GatewayError } from '@dragoman/plugin';
import { explainIssues } from '../../validation/explain.ts';
import { problemsOf } from '../../validation/issues.ts';
import { type IntakeDeps, openIntake } from '../bodies/intake.ts';
import { meterBody } from '../bodies/meter-body.ts';
import { AdminError } from './admin-error.ts';
import type { AdminDeps } from './deps.ts';
import type { Access } from './operation.ts';

/** The body limit, the owner in the budget, and the parser. */
interface Intake {
  readonly bodyLimit: number;
  readonly owner: string;
  readonly parseJson: ReturnType<typeof bodyParser>;
}

/** Anyone may send a body to sign in. */
const SIGN_IN = intakeOf(16 * 1024, 'sign-in');
const ADMIN = intakeOf(1024 * 1024, 'admin');

function intakeOf(bodyLimit: number, owner: string): Intake {
  return { bodyLimit, owner, parseJson: bodyParser({ enableTypes: ['json'], jsonLimit: `${bodyLimit}b` }) };
}

function intakeFor({ access, takesPrompts }: AdminBody, { config }: ReadDeps): Intake {
  if (access === 'public') return SIGN_IN;
  return takesPrompts ? intakeOf(config.server.bodyLimit, 'admin') : ADMIN;
}

interface AdminBody {
  readonly schema: z.ZodType;
  readonly access: Access;
  /** Whether it may be as large as that of a client. */
  readonly takesPrompts?: boolean | undefined;
}

type ReadDeps = Pick<IntakeDeps, 'bodies' | 'uploads'> & Pick<AdminDeps, 'config'>;

/** Reads and checks the body of a request; no body counts as an empty object. Throws an `AdminError`. */
export async function readBody(ctx: Context, body: AdminBody, deps: ReadDeps): Promise<unknown> {
  // `is` returns null if there is no body.
  if (ctx.is('json') === false) {
    throw new AdminError('invalid', 'The request body must be JSON, with the content type application/json.');
  }
  const { schema } = body;
  await parse(ctx, intakeFor(body, deps), deps);
  // A secret may be in any field, even by mistake, so values are never shown.
  const parsed = schema.safeParse(ctx.request.body ?? {}, {
    error: explainIssues({ showsValues: false }),
    reportInput: true,
  });
  if (parsed.success) return parsed.data;
  throw new AdminError('invalid', 'Invalid request body.', {
    issues: problemsOf(parsed.error, { schema }),
  });
}

async function parse(
  ctx: Context,
  { bodyLimit, owner, parseJson }: Intake,
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

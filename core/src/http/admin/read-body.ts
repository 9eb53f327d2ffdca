import type { Context } from 'koa';
import type { z } from 'zod';
import { GatewayError } from '../../canonical/errors.ts';
import { explainIssues } from '../../config/explain.ts';
import { problemsOf } from '../../config/issues.ts';
import { parseJsonBody } from '../../transport/json-body.ts';
import { type IntakeDeps, openIntake } from '../intake.ts';
import { readRequestBody } from '../request-body.ts';
import { AdminError } from './admin-error.ts';
import type { Access } from './operation.ts';

/** The largest body, and whose bodies it is counted among: anybody may send one to sign in. */
const INTAKES = {
  public: { bodyLimit: 16 * 1024, owner: 'sign-in' },
  admin: { bodyLimit: 1024 * 1024, owner: 'admin' },
} as const;

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
  const { bodyLimit, owner } = INTAKES[access === 'public' ? 'public' : 'admin'];
  const value = await parse(ctx, { ...deps, bodyLimit }, owner);
  // A body may hold a secret, or have it in the wrong place: values are never shown.
  const parsed = schema.safeParse(value, {
    error: explainIssues({ showsValues: false }),
    reportInput: true,
  });
  if (parsed.success) return parsed.data;
  throw new AdminError('invalid', 'The request body is not valid.', {
    issues: problemsOf(parsed.error, { schema }),
  });
}

async function parse(ctx: Context, deps: IntakeDeps, owner: string): Promise<unknown> {
  try {
    const bytes = await readRequestBody(ctx.req, openIntake(ctx, deps, owner));
    return bytes.length === 0 ? {} : parseJsonBody(bytes);
  } catch (error) {
    const { kind, message } = GatewayError.from(error);
    if (kind === 'too-large') throw new AdminError('too-large', message);
    if (kind === 'invalid') throw new AdminError('invalid', 'The request body must be a JSON object.');
    throw error;
  }
}

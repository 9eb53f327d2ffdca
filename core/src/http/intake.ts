import type { Context } from 'koa';
import type { BodyAccount, BodyBudget } from './body-budget.ts';
import type { RequestState } from './exchange.ts';
import type { UploadWatch } from './upload-watch.ts';

/** How bodies come in: how large one may be, how much all of them, and how slowly. */
export interface IntakeDeps {
  readonly bodyLimit: number;
  readonly bodies: BodyBudget;
  readonly uploads: UploadWatch;
}

/** How the body of one request comes in. */
export interface Intake {
  readonly limit: number;
  readonly account: BodyAccount;
  readonly uploads: UploadWatch;
}

/** Opens the account of a request, which is closed when the request is over, whatever becomes of it. */
export function openIntake(
  ctx: Context,
  { bodyLimit, bodies, uploads }: IntakeDeps,
  owner = (ctx.state as RequestState).key?.id ?? '',
): Intake {
  const state = ctx.state as RequestState;
  const account = bodies.open(owner);
  state.account = account;
  return { limit: bodyLimit, account, uploads };
}

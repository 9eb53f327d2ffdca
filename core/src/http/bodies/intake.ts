import type { Context } from 'koa';
import { awaitsContinue } from './awaits-continue.ts';
import type { BodyAccount, BodyBudget } from '../base/body-budget.ts';
import type { RequestState } from '../base/request-state.ts';
import type { UploadWatch } from './upload-watch.ts';

/** The limits of request bodies: the size of one, the memory of all, and the minimum rate. */
export interface IntakeDeps {
  readonly bodyLimit: number;
  readonly bodies: BodyBudget;
  readonly uploads: UploadWatch;
}

/** The limits that apply to the body of one request. */
export interface Intake {
  readonly limit: number;
  readonly account: BodyAccount;
  readonly uploads: UploadWatch;
  /** Requests the body if the client waits for that; call it once the request passed all checks without it. */
  askFor(): void;
}

/** Opens the account of a request. It is released when the request ends, however it ends. */
export function openIntake(
  ctx: Context,
  { bodyLimit, bodies, uploads }: IntakeDeps,
  owner = (ctx.state as RequestState).key?.id ?? '',
): Intake {
  const state = ctx.state as RequestState;
  const account = bodies.open(owner);
  state.account = account;
  return { limit: bodyLimit, account, uploads, askFor: () => askFor(ctx) };
}

/** Clients with a large body may wait for `100 Continue`, so that a refusal costs them nothing. */
function askFor({ req, res }: Context): void {
  if (awaitsContinue(req.headers.expect) && !res.headersSent) res.writeContinue();
}

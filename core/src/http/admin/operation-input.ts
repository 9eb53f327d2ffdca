import type { Context } from 'koa';
import type { Caller } from './caller.ts';
import type { BodyOf, ParamsOf, QueryOf } from './contract/operation-contract.ts';

/** The input of an operation, checked by its contract. */
export interface OperationInput<Params = Readonly<Record<string, string>>, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly ctx: Context;
  readonly caller: Caller;
}

/** The input of an operation, by its name and its contract. */
export type InputOf<Name, One> = OperationInput<ParamsOf<Name>, QueryOf<One>, BodyOf<One>>;

import type { Context } from 'koa';
import type { z } from 'zod';
import type { AdminErrorCode } from './admin-error.ts';
import type { Session } from '../access/sessions.ts';
import type { AuditRule } from './audit-rule.ts';
import type { AdminDeps } from './deps.ts';

/** Who may call an operation: everybody, whoever is signed in, or only a bearer token. */
export type Access = 'public' | 'admin' | 'token';

/** The caller of an operation. `local-token` is the command line on this machine, `admin-token` the configured one. */
export type Caller =
  | { readonly kind: 'anybody' | 'local-token' | 'admin-token' }
  | { readonly kind: 'session'; readonly session: Session };

/** The id of the caller's session, if there is one. */
export function sessionOf(caller: Caller): string | undefined {
  return caller.kind === 'session' ? caller.session.id : undefined;
}

export interface OperationInput<Body> {
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  readonly ctx: Context;
  readonly caller: Caller;
}

/** One operation of the admin API, as data: the router and the OpenAPI document are made of the same table. */
export interface Operation<Body extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/admin/api/v1`, as @koa/router writes it. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /**
   * Whether a session must have been confirmed recently: for operations that would turn brief access to a browser into
   * lasting access. Bearer tokens need no confirmation.
   */
  confirm?(input: OperationInput<z.output<Body>>, deps: AdminDeps): boolean;
  /** What the audit log records of it. Default: changes are recorded, reads are not. */
  readonly audit?: AuditRule<z.output<Body>> | 'none';
  readonly body?: Body;
  /** What the query may hold; the operation reads it. */
  readonly query?: z.ZodObject;
  /** Whether the operation writes its answer itself, since that is no JSON. */
  readonly isRaw?: boolean;
  /** Absent: nothing comes back, with status 204. */
  readonly response?: z.ZodType;
  /** Default 200, or 204 without a response. */
  readonly status?: number;
  /** Refusals beyond those that follow from its access, its path and its body. */
  readonly refusals?: readonly AdminErrorCode[];
  handle(input: OperationInput<z.output<Body>>, deps: AdminDeps): unknown;
}

/** For {@link Operation.confirm}. */
export const always = (): boolean => true;

/** Types an operation by the schema of its body. */
export function defineOperation<Body extends z.ZodType>(operation: Operation<Body>): Operation {
  return operation;
}

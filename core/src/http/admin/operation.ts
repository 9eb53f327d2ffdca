import type { AdminErrorCode } from './admin-error.ts';
import type { AuditRule } from './audit-rule.ts';
import type { AnswerOf, Contract, Method, OperationContract } from './contract/operation-contract.ts';
import type { AdminDeps } from './deps.ts';
import type { InputOf, OperationInput } from './operation-input.ts';

/** Who may call an operation: everyone, whoever is signed in, or only a bearer token. */
export type Access = 'public' | 'admin' | 'token';

/** How the gateway implements the contract of an operation. */
export interface OperationRules<Input extends OperationInput, Answer> {
  readonly summary: string;
  readonly access: Access;
  /**
   * Whether the session must have been confirmed recently: for operations that would turn brief access to a browser into
   * lasting access. Bearer tokens need no confirmation.
   */
  confirm?(input: Input, deps: AdminDeps): boolean;
  /** What the audit log records. Default: changes are recorded, reads are not. */
  readonly audit?: AuditRule<Input, Answer> | 'none';
  /** Whether its body holds what a model is asked, and may be as large as that of a client. */
  readonly takesPrompts?: boolean;
  /** Refusals beyond those that follow from its access, its path and its body. */
  readonly refusals?: readonly AdminErrorCode[];
  /** Returns the response; a raw one it writes itself. */
  handle(input: Input, deps: AdminDeps): Answer | Promise<Answer>;
}

/** An operation of the admin API, as data: the router and the OpenAPI document are built from the same table. */
export interface Operation extends OperationContract, OperationRules<OperationInput, unknown> {
  readonly method: Method;
  /** Below `/admin/api/v1`, in @koa/router's syntax. */
  readonly path: string;
}

/** For {@link OperationRules.confirm}. */
export const always = (): boolean => true;

type RulesOf<Table> = {
  readonly [Name in keyof Table]: OperationRules<InputOf<Name, Table[Name]>, AnswerOf<Table[Name]>>;
};

type NamedRules = readonly (readonly [
  name: keyof Contract,
  rules: OperationRules<OperationInput, unknown>,
])[];

/** All operations of a contract, each with rules that the compiler checks against it. */
export function defineOperations<Table extends Contract>(
  contract: Table,
  rules: RulesOf<Table>,
): readonly Operation[] {
  // The router calls each with input that was checked by its own contract.
  return (Object.entries(rules) as NamedRules).map(([name, rule]) => {
    const [method, path] = name.split(' ') as [Method, string];
    return { method, path, ...contract[name], ...rule };
  });
}

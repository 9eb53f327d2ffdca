import type { AdminErrorCode } from './admin-error.ts';
import type { AuditRule } from './audit-rule.ts';
import type { AnswerOf, Contract, Method, OperationContract } from './contract/operation-contract.ts';
import type { AdminDeps } from './deps.ts';
import type { InputOf, OperationInput } from './operation-input.ts';

/** Who may call an operation: everybody, whoever is signed in, or only a bearer token. */
export type Access = 'public' | 'admin' | 'token';

/** How the gateway keeps the contract of an operation. */
export interface OperationRules<Input extends OperationInput, Answer> {
  readonly summary: string;
  readonly access: Access;
  /**
   * Whether a session must have been confirmed recently: for operations that would turn brief access to a browser into
   * lasting access. Bearer tokens need no confirmation.
   */
  confirm?(input: Input, deps: AdminDeps): boolean;
  /** What the audit log records of it. Default: changes are recorded, reads are not. */
  readonly audit?: AuditRule<Input, Answer> | 'none';
  /** Whether its body holds what a model is asked, and may be as large as that of a client. */
  readonly takesPrompts?: boolean;
  /** Refusals beyond those that follow from its access, its path and its body. */
  readonly refusals?: readonly AdminErrorCode[];
  /** Gives the answer; a raw one it writes itself. */
  handle(input: Input, deps: AdminDeps): Answer | Promise<Answer>;
}

/** One operation of the admin API, as data: the router and the OpenAPI document are made of the same table. */
export interface Operation extends OperationContract, OperationRules<OperationInput, unknown> {
  readonly method: Method;
  /** Below `/admin/api/v1`, as @koa/router writes it. */
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
  // The router calls each with an input that its own part of the contract has checked.
  return (Object.entries(rules) as NamedRules).map(([name, rule]) => {
    const [method, path] = name.split(' ') as [Method, string];
    return { method, path, ...contract[name], ...rule };
  });
}

import type { Context } from 'koa';
import { GatewayError, type JsonObject } from '@dragoman/plugin';
import type { AuditActor, AuditInput } from '../../audit/entry.ts';
import { writeFailure } from '../../state/files/write-failure.ts';
import { AdminError } from './admin-error.ts';
import type { AuditRule } from './audit-rule.ts';
import type { AdminDeps } from './deps.ts';
import type { OperationInput } from './operation-input.ts';
import type { Operation } from './operation.ts';

type Rule = AuditRule<OperationInput, unknown>;

/**
 * Runs an operation and records it in the audit log. The entry is written before the operation begins: if the log cannot
 * be written, nothing is changed, since a change without a record is worse than a delayed one.
 */
export async function audited(
  operation: Operation,
  input: OperationInput,
  deps: AdminDeps,
): Promise<unknown> {
  const rule = auditRuleOf(operation);
  if (!rule) return operation.handle(input, deps);
  if (rule.when === 'note') return noted(operation, { rule, input, deps });
  const about = aboutOf(operation, { rule, input, deps });
  const { seq } = await begin(
    { kind: 'begin', ...about, ...valueOf('before', rule.snapshot?.(input, deps)) },
    deps,
  );
  const end = (more: Partial<AuditInput>): Promise<void> => {
    // The change is already made. Without an end, the entry shows an unknown outcome.
    return attempt(deps.audit.append({ kind: 'end', of: seq, ...about, ...more }), deps);
  };
  try {
    const result = await operation.handle(input, deps);
    const target = rule.target?.(input, result);
    await end({
      outcome: 'done',
      ...(target !== undefined && { target }),
      ...valueOf('after', rule.snapshot?.(input, deps, result)),
    });
    return result;
  } catch (error) {
    await end(failure(error));
    throw error;
  }
}

/** Operations that may change something are recorded by default; reads are not. */
function auditRuleOf({ method, audit }: Operation): Rule | undefined {
  if (audit === 'none') return undefined;
  return audit ?? (method === 'GET' ? undefined : {});
}

interface Noted {
  readonly rule: Rule;
  readonly input: OperationInput;
  readonly deps: AdminDeps;
}

async function noted(operation: Operation, { rule, input, deps }: Noted): Promise<unknown> {
  const about = () => ({ kind: 'note', ...aboutOf(operation, { rule, input, deps }) }) as const;
  try {
    const result = await operation.handle(input, deps);
    // The caller is known only now. A sign-in must work even if the log cannot be written, so that it can be fixed.
    await attempt(deps.audit.append({ ...about(), outcome: 'done' }), deps);
    return result;
  } catch (error) {
    await recordRefusal({ ...about(), ...failure(error) }, deps);
    throw error;
  }
}

/** Records a refused caller. There can be any number of them, so they are sampled. */
export function recordRefusal(entry: AuditInput, deps: AdminDeps): Promise<void> {
  return attempt(deps.audit.sample(entry), deps);
}

async function attempt(writing: Promise<unknown>, { log }: AdminDeps): Promise<void> {
  await writing.catch((error: unknown) => log.error({ error }, UNWRITABLE));
}

const UNWRITABLE = 'The audit log cannot be written.';

async function begin(entry: AuditInput, { audit, log }: AdminDeps) {
  try {
    return await audit.append(entry);
  } catch (error) {
    log.error({ error }, UNWRITABLE);
    const why = writeFailure(error) ?? 'see the log';
    throw new AdminError('unavailable', `The audit log cannot be written, so nothing was changed: ${why}.`);
  }
}

function aboutOf({ method, path }: Operation, { rule, input, deps }: Noted) {
  const { ctx, params } = input;
  const detail = rule.detail ? rule.detail(input) : queryOf(ctx.query);
  return {
    actor: actorOf(input, deps),
    operation: `${method} ${path}`,
    target: rule.target?.(input) ?? path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? ''),
    ...(detail && { detail }),
  };
}

/** The caller; after a sign-in, the new session. */
function actorOf(
  { ctx, caller }: Pick<OperationInput, 'ctx' | 'caller'>,
  { proxies }: AdminDeps,
): AuditActor {
  const address = proxies.clientAddress(ctx.req);
  const { signedIn } = ctx.state as { readonly signedIn?: { readonly id: string } };
  if (signedIn) return { kind: 'session', id: signedIn.id, address };
  return { kind: caller.kind, ...(caller.kind === 'session' && { id: caller.session.id }), address };
}

function queryOf(query: Context['query']): JsonObject | undefined {
  return Object.keys(query).length > 0 ? { ...query } : undefined;
}

const MAX_BYTES = 32 * 1024;

function valueOf(name: 'before' | 'after', value: unknown): Partial<AuditInput> {
  if (value === undefined) return {};
  const { length } = JSON.stringify(value) ?? '';
  return { [name]: length > MAX_BYTES ? { leftOut: `${length} characters` } : value };
}

function failure(error: unknown): Pick<AuditInput, 'outcome' | 'reason'> {
  if (error instanceof AdminError)
    return { outcome: 'refused', reason: [error.message, ...error.issues.map(issueText)].join(' ') };
  if (GatewayError.is(error)) return { outcome: 'failed', reason: error.message };
  return { outcome: 'failed', reason: 'Internal error.' };
}

function issueText({ path, message }: AdminError['issues'][number]): string {
  return `${path}: ${message}.`;
}

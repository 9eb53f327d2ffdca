import { z } from 'zod';
import { defined } from '../../../canonical/json.ts';
import type { StoredKey } from '../../../state/state.ts';
import { AdminError } from '../admin-error.ts';
import * as contract from '../contract/contract.ts';
import type { AdminDeps } from '../deps.ts';
import { always, defineOperation, type Operation, type OperationInput } from '../operation.ts';

export const keyOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/keys',
    summary: "Lists the clients' keys.",
    access: 'admin',
    response: z.array(contract.keyViewSchema),
    handle: (_, { keys }) => keys.list().map(viewKey),
  }),
  defineOperation({
    method: 'POST',
    path: '/keys',
    summary: 'Makes a key. The key itself is in this answer and never again.',
    access: 'admin',
    confirm: always,
    audit: {
      target: (_, result) => (result === undefined ? '/keys' : `/keys/${(result as MadeKey).key.id}`),
      snapshot: (_, __, result) => (result as MadeKey | undefined)?.key,
    },
    body: contract.keyInputSchema,
    response: contract.newKeySchema,
    status: 201,
    async handle({ body }, { keys }) {
      const { key, secret } = await keys.create(body);
      return { key: viewKey(key), secret };
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/keys/:id',
    summary: 'Shows a key.',
    access: 'admin',
    response: contract.keyViewSchema,
    handle: ({ params }, deps) => viewKey(find(params['id'], deps)),
  }),
  defineOperation({
    method: 'PATCH',
    path: '/keys/:id',
    summary: 'Changes a key.',
    access: 'admin',
    audit: { snapshot: keyNow },
    // Renaming or disabling a key grants nothing.
    confirm: ({ body: { name: _, enabled, ...rest } }) =>
      enabled === true || Object.keys(defined(rest)).length > 0,
    body: contract.keyChangeSchema,
    response: contract.keyViewSchema,
    async handle({ body, params }, deps) {
      const { id } = find(params['id'], deps);
      const changed = await deps.keys.update(id, (key) => {
        const next = { ...key, ...defined(body) };
        return {
          name: next.name,
          enabled: next.enabled,
          expiresAt: next.expiresAt ?? undefined,
          models: next.models ?? undefined,
          upstreams: next.upstreams ?? undefined,
          relay: next.relay,
          thread: next.thread ?? undefined,
          limits: next.limits ?? undefined,
          traces: next.traces ?? undefined,
        };
      });
      // Somebody else may have removed it meanwhile.
      if (!changed) throw notFound(id);
      return viewKey(changed);
    },
  }),
  defineOperation({
    method: 'DELETE',
    path: '/keys/:id',
    summary: 'Revokes a key.',
    access: 'admin',
    audit: { snapshot: keyNow },
    async handle({ params }, deps) {
      await deps.keys.revoke(find(params['id'], deps).id);
    },
  }),
];

interface MadeKey {
  readonly key: ReturnType<typeof viewKey>;
}

function keyNow({ params }: Pick<OperationInput<unknown>, 'params'>, { keys }: AdminDeps): unknown {
  const key = keys.get(params['id'] ?? '');
  return key && viewKey(key);
}

function find(id: string | undefined, { keys }: AdminDeps): StoredKey {
  const key = keys.get(id ?? '');
  if (!key) throw notFound(id);
  return key;
}

function notFound(id: string | undefined): AdminError {
  return new AdminError('not-found', `There is no key ${JSON.stringify(id)}.`);
}

/** A key without its hash. */
export function viewKey({ hash: _, ...shown }: StoredKey): Omit<StoredKey, 'hash'> {
  return shown;
}

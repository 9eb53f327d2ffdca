import { defined } from '@dragoman/plugin';
import type { StoredKey } from '../../../state/state.ts';
import { AdminError } from '../admin-error.ts';
import { keyContract } from '../contract/key-contract.ts';
import type { AdminDeps } from '../deps.ts';
import { always, defineOperations } from '../operation.ts';

export const keyOperations = defineOperations(keyContract, {
  'GET /keys': {
    summary: "Lists the clients' keys.",
    access: 'admin',
    handle: (_, { keys }) => keys.list().map(viewKey),
  },
  'POST /keys': {
    summary: 'Creates a key. The key itself is only in this response.',
    access: 'admin',
    confirm: always,
    audit: {
      target: (_, made) => (made ? `/keys/${made.key.id}` : '/keys'),
      snapshot: (_, __, made) => made?.key,
    },
    async handle({ body }, { keys }) {
      const { key, secret } = await keys.create(body);
      return { key: viewKey(key), secret };
    },
  },
  'GET /keys/:id': {
    summary: 'Shows a key.',
    access: 'admin',
    handle: ({ params }, deps) => viewKey(find(params.id, deps)),
  },
  'PATCH /keys/:id': {
    summary: 'Changes a key.',
    access: 'admin',
    audit: { snapshot: ({ params: { id } }, deps) => keyNow(id, deps) },
    // Renaming or disabling a key grants nothing.
    confirm: ({ body: { name: _, enabled, ...rest } }) =>
      enabled === true || Object.keys(defined(rest)).length > 0,
    async handle({ body, params }, deps) {
      const { id } = find(params.id, deps);
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
      // It may have been removed meanwhile.
      if (!changed) throw notFound(id);
      return viewKey(changed);
    },
  },
  'DELETE /keys/:id': {
    summary: 'Revokes a key.',
    access: 'admin',
    audit: { snapshot: ({ params: { id } }, deps) => keyNow(id, deps) },
    async handle({ params }, deps) {
      await deps.keys.revoke(find(params.id, deps).id);
    },
  },
});

function keyNow(id: string, { keys }: AdminDeps): unknown {
  const key = keys.get(id);
  return key && viewKey(key);
}

function find(id: string, { keys }: AdminDeps): StoredKey {
  const key = keys.get(id);
  if (!key) throw notFound(id);
  return key;
}

function notFound(id: string): AdminError {
  return new AdminError('not-found', `There is no key ${JSON.stringify(id)}.`);
}

/** A key without its hash. */
export function viewKey({ hash: _, ...shown }: StoredKey): Omit<StoredKey, 'hash'> {
  return shown;
}

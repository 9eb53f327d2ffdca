import type { Upstream } from '../../../../upstreams/upstream.ts';
import { AdminError } from '../../admin-error.ts';
import type { AdminDeps } from '../../deps.ts';

/** The upstream of a path. Throws an `AdminError` if it does not exist or cannot be used. */
export function findUpstream(id: string, deps: AdminDeps): Upstream {
  const upstream = deps.upstreams.get(id);
  if (upstream) return upstream;
  const unusable = deps.upstreams.unusable().find(({ stored }) => stored.id === id);
  if (unusable) throw new AdminError('conflict', `The upstream ${id} cannot be used. ${unusable.reason}`);
  throw notFound(id);
}

export function notFound(id: string): AdminError {
  return new AdminError('not-found', `There is no upstream ${JSON.stringify(id)}.`);
}

/** Throws an `AdminError` if an upstream is not in the state: only those can be changed. */
export function refuseReadOnly(
  { config: { id }, origin }: Pick<Upstream, 'config' | 'origin'>,
  { config }: AdminDeps,
): void {
  if (origin === 'state') return;
  const file = config.file ?? 'the configuration';
  throw new AdminError('read-only', `The upstream ${id} is declared in ${file}; change it there.`);
}

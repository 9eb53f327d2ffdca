import { z } from 'zod';
import type { Limiter, Subject } from '../../limits/limiter.ts';
import * as contract from './contract.ts';
import type { AdminDeps } from './deps.ts';
import { defineOperation, type Operation } from './operation.ts';

export const limitOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/limits',
    summary: 'Shows what is used of every limit of keys, aliases and upstreams.',
    access: 'admin',
    response: z.array(contract.limitsViewSchema),
    handle: (_, deps) => Promise.all(subjects(deps).map((subject) => view(subject, deps.limiter))),
  }),
];

function subjects({ keys, aliases, upstreams }: AdminDeps): readonly Subject[] {
  return [
    ...keys.list().flatMap(({ id, limits }) => (limits ? [{ kind: 'key' as const, id, limits }] : [])),
    ...aliases
      .all()
      .flatMap(({ name: id, limits }) => (limits ? [{ kind: 'model' as const, id, limits }] : [])),
    ...upstreams
      .all()
      .flatMap(({ config: { id, limits } }) => (limits ? [{ kind: 'upstream' as const, id, limits }] : [])),
  ];
}

async function view(subject: Subject, limiter: Limiter) {
  const uses = await limiter.uses(subject);
  return {
    kind: subject.kind,
    id: subject.id,
    uses: uses.map(({ resetsAt, ...use }) => ({
      ...use,
      ...(resetsAt !== undefined && { resetsAt: new Date(resetsAt).toISOString() }),
    })),
  };
}

import type { Limiter, Subject } from '../../../limits/limiter.ts';
import { mapInTurns } from '../../../timing/in-turns.ts';
import { limitedSubjects } from '../../../catalogue/limited-subjects.ts';
import { findUnpriced } from '../../../catalogue/unpriced-models.ts';
import { limitContract } from '../contract/limit-contract.ts';
import { defineOperations } from '../operation.ts';

export const limitOperations = defineOperations(limitContract, {
  'GET /limits': {
    summary: 'Shows the usage of every limit of keys, aliases and upstreams.',
    access: 'admin',
    handle: (_, deps) => mapInTurns(limitedSubjects(deps), (subject) => view(subject, deps.limiter)),
  },
  'GET /limits/unpriced': {
    summary: 'Lists owners of cost limits with the unpriced models that they are refused.',
    access: 'admin',
    handle: async (_, deps) => [...(await findUnpriced(deps))],
  },
});

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

import type { PolicyName } from '../config/routing.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import { hash, mix } from '@dragoman/plugin/internal/text/hash';

/** The inputs of a choice. */
export interface PolicyContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From 0 to 1, like `Math.random`. */
  readonly random: () => number;
  /** Counts the requests for this model. */
  readonly turn: number;
  /** What belongs together: a thread, a session, a user. */
  readonly affinity: () => string | undefined;
  /** US dollars per million tokens; `undefined` if the price is unknown. */
  readonly priceOf: (candidate: Candidate) => number | undefined;
}

/** Orders candidates for the attempts. */
export type Policy = (candidates: readonly Candidate[], context: PolicyContext) => readonly Candidate[];

const POLICIES: Readonly<Record<PolicyName, Policy>> = {
  order: (candidates) => candidates,
  // Sticks with the current candidate until it fails; then the next one becomes the current one.
  main: (candidates, { now }) =>
    ascending(
      ascending(candidates, ({ health }) => -health.successes),
      ({ health }) => health.breaker.recentFailures(now),
    ),
  'round-robin': (candidates, { turn }) => rotated(candidates, turn),
  random: (candidates, { random }) => ascending(candidates, () => random()),
  // Weights of an exponential race: the winner's chance is its share of all weights.
  weighted: (candidates, { random }) =>
    ascending(candidates, ({ weight }) => (weight > 0 ? -Math.log(1 - random()) / weight : Infinity)),
  'least-busy': (candidates, { turn }) =>
    ascending(rotated(candidates, turn), ({ health, weight }) => health.running / Math.max(weight, 1e-9)),
  // An unused candidate goes first: nothing is known about it otherwise.
  'lowest-latency': (candidates, { turn }) =>
    ascending(rotated(candidates, turn), ({ health }) => health.latencyMs ?? 0),
  'lowest-cost': (candidates, { turn, priceOf }) =>
    ascending(rotated(candidates, turn), (candidate) => priceOf(candidate) ?? Infinity),
  affinity(candidates, context) {
    const key = context.affinity();
    if (key === undefined) return rotated(candidates, context.turn);
    // Weighted rendezvous hashing: adding or removing a candidate moves only its share.
    const seed = hash(key);
    return ascending(candidates, ({ idHash, weight }) =>
      weight > 0 ? -Math.log((mix(seed ^ idHash) + 0.5) / 2 ** 32) / weight : Infinity,
    );
  },
};

/** Applies a policy within each priority. */
export function orderBy(
  policy: PolicyName,
  candidates: readonly Candidate[],
  context: PolicyContext,
): readonly Candidate[] {
  if (candidates.length < 2) return candidates;
  const ordered = POLICIES[policy](candidates, context);
  const [first] = ordered;
  return ordered.every(({ priority }) => priority === first?.priority)
    ? ordered
    : ascending(ordered, ({ priority }) => -priority);
}

function ascending(
  candidates: readonly Candidate[],
  by: (candidate: Candidate) => number,
): readonly Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, rank: by(candidate) }))
    .toSorted((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ candidate }) => candidate);
}

/** Starts at another candidate each time, so that equal ones share the load. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const first = by % items.length;
  return first === 0 ? items : items.slice(first).concat(items.slice(0, first));
}

import { changed, NONE, type Amount } from './amount.ts';
import type { Coordinator, Counter } from './coordinator.ts';
import type { Ledger } from './ledger.ts';

export interface MemoryCoordinatorInput {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Persists what has to outlive a restart. */
  readonly ledger: Ledger;
}

interface Count {
  readonly until: number;
  used: number;
}

/** Expired counters are removed after this many additions. */
const SWEEP_AT = 1_000;

/** Counts in this process; each change is atomic. */
export function createMemoryCoordinator({ now, ledger }: MemoryCoordinatorInput): Coordinator {
  const counts = new Map<string, Count>();
  for (const { name, used, until = Infinity } of ledger.entries()) counts.set(name, { used, until });
  let sweepAt = SWEEP_AT;

  const usedOf = ({ name }: Counter): number => {
    const count = counts.get(name);
    return count && count.until > now() ? count.used : 0;
  };
  const change = (counter: Counter, by: number): number => {
    const { name, until = Infinity } = counter;
    const known = counts.get(name);
    const count = known?.until === until ? known : undefined;
    // An expired window starts no new count; a remaining one is still settled, as the clock may just have jumped.
    if (!count && until <= now()) return 0;
    const used = changed(count?.used ?? 0, by);
    if (count) count.used = used;
    else counts.set(name, { used, until });
    if (counts.size > sweepAt) sweep();
    ledger.note(counter, used);
    return used;
  };
  const sweep = (): void => {
    const time = now();
    for (const [name, { until }] of counts) if (until <= time && !ledger.remembers(name)) counts.delete(name);
    sweepAt = counts.size + SWEEP_AT;
  };
  return {
    take(counter, { least, most }, limit) {
      const before = usedOf(counter);
      const amount = Math.max(Math.min(most, limit - before), least) as Amount;
      if (before + amount > limit) return Promise.resolve({ isTaken: false, amount: NONE, used: before });
      return Promise.resolve({ isTaken: true, amount, used: change(counter, amount) });
    },
    add(counter, amount) {
      change(counter, amount);
      return Promise.resolve();
    },
    giveBack(counter, amount) {
      change(counter, 0 - amount);
      return Promise.resolve();
    },
    used: (counter) => Promise.resolve(usedOf(counter)),
    close: () => ledger.close(),
  };
}

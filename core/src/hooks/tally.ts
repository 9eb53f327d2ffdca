import type { HookAction, HookRecord } from '@dragoman/plugin/internal/canonical/trace-record';

/** What a hook has done since the gateway started. */
export interface HookSums {
  /** How many calls ended with each action. */
  readonly calls: Readonly<Partial<Record<HookAction, number>>>;
  /** What its answers spared, in US dollars. */
  readonly saved: number;
}

const NOTHING: HookSums = { calls: {}, saved: 0 };

/** Counts the calls of hooks, by their ids. It holds a few numbers for each. */
export class HookTally {
  readonly #sums = new Map<string, { calls: Partial<Record<HookAction, number>>; saved: number }>();

  add({ hook, action, saved = 0 }: Pick<HookRecord, 'hook' | 'action' | 'saved'>): void {
    let sums = this.#sums.get(hook);
    if (!sums) this.#sums.set(hook, (sums = { calls: {}, saved: 0 }));
    sums.calls[action] = (sums.calls[action] ?? 0) + 1;
    sums.saved += saved;
  }

  of(hook: string): HookSums {
    return this.#sums.get(hook) ?? NOTHING;
  }
}

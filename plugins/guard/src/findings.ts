import type { HookContext } from '@dragoman/plugin';
import type { Action } from './options.ts';

/** Counts what was found, and never keeps what it was. */
export class Findings {
  readonly #counts = new Map<
    string,
    { readonly rule: string; readonly action: Action; readonly places: Map<string, number> }
  >();

  add({ rule, action }: { readonly rule: string; readonly action: Action }, place: string): void {
    const key = `${action} ${rule}`;
    let found = this.#counts.get(key);
    if (!found) this.#counts.set(key, (found = { rule, action, places: new Map() }));
    found.places.set(place, (found.places.get(place) ?? 0) + 1);
  }

  /** Reports what was found since the last time. */
  report(on: Pick<HookContext, 'note'>): void {
    for (const { rule, action, places } of this.#counts.values()) {
      const detail = [...places].map(([place, count]) => `${count} in ${place}`).join(', ');
      on.note({ rule, action: action === 'mask' ? 'change' : action, detail });
    }
    this.#counts.clear();
  }
}

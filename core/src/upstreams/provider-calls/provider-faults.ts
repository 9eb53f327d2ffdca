import type { Upstream } from '../upstream.ts';

const known = new WeakSet<Upstream>();
let isEvery = false;

/** From now on, every fault is logged: for whoever writes a provider. */
export function logEveryFault(): void {
  isEvery = true;
}

/** Logs the first fault of an upstream: a provider that has one has it in every reply. */
export function noteFault(upstream: Upstream, fault: string): void {
  if (isEvery) return upstream.log.warn({ fault }, 'The provider emitted invalid events.');
  if (known.has(upstream)) return;
  known.add(upstream);
  upstream.log.warn(
    { fault },
    'A provider emitted invalid events. The gateway repairs them if it can; further faults of this upstream are only counted.',
  );
}

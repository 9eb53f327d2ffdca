import { definePlugin } from '@dragoman/plugin';

/** Logs requests that took longer than `ms`. */
export const slowRequests = definePlugin(({ ms = 10_000 }: { readonly ms?: number }) => ({
  name: 'slow-requests',
  createObserver: ({ log }) => ({
    observe(trace) {
      if (trace.ms > ms) log.warn({ request: trace.id, ms: trace.ms }, 'A request was slow.');
    },
  }),
}));

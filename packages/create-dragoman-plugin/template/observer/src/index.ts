import { definePlugin, packageVersion } from '@dragoman/plugin';

/** Logs requests that took longer than `ms`. */
export const acme = definePlugin(({ ms = 10_000 }: { readonly ms?: number }) => ({
  name: 'acme',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  createObserver: ({ log }) => ({
    observe(trace) {
      if (trace.ms > ms) log.warn({ request: trace.id, ms: trace.ms }, 'A request was slow.');
    },
  }),
}));

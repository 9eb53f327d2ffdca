import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** The plugin whose code runs. */
export interface PluginScope {
  readonly plugin: string;
  readonly upstream?: string;
  readonly hook?: string;
}

const running = new AsyncLocalStorage<PluginScope>();

/** Runs code of a plugin. Timers, promises and the like that it leaves behind stay attributed to it. */
export function runAs<T>(scope: PluginScope, work: () => T): T {
  return running.run(scope, work);
}

/** Like {@link runAs} for many short steps: setting up the scope costs more than a step. */
export function scopeRunner(scope: PluginScope): <T>(step: () => T) => T {
  // Not a snapshot, which takes twenty times as long to make.
  const resource = running.run(scope, () => new AsyncResource('PluginScope', { requireManualDestroy: true }));
  return (step) => resource.runInAsyncScope(step);
}

/** The plugin whose code runs now; `undefined` for the gateway's own. */
export function runningPlugin(): PluginScope | undefined {
  return running.getStore();
}

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** Whose code runs. */
export interface PluginScope {
  readonly plugin: string;
  readonly upstream?: string;
}

const running = new AsyncLocalStorage<PluginScope>();

/** Runs code of a plugin. What it leaves behind, such as timers and promises, is still known to be its own. */
export function runAs<T>(scope: PluginScope, work: () => T): T {
  return running.run(scope, work);
}

/** Like {@link runAs} for many short steps: the scope is set up only once, which costs more than the steps do. */
export function scopeRunner(scope: PluginScope): <T>(step: () => T) => T {
  // Not a snapshot, which takes twenty times as long to make.
  const resource = running.run(scope, () => new AsyncResource('PluginScope', { requireManualDestroy: true }));
  return (step) => resource.runInAsyncScope(step);
}

/** Whose code runs now; `undefined` for the gateway's own. */
export function runningPlugin(): PluginScope | undefined {
  return running.getStore();
}

import type { Context } from 'koa';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';
import type { RequestState } from '../base/request-state.ts';
import { Places } from '../base/places.ts';

/**
 * A request that runs for longer is recorded while it runs, so that it is known even if it never ends. Including the
 * store's delay, it is on disk within a second.
 */
const LONG_MS = 250;
const LOOK_EVERY_MS = 100;

/** The running requests. */
export interface LiveRequests {
  add(ctx: Context): void;
  remove(ctx: Context): void;
}

/** Records long requests as `running`; when they end, they are recorded again. */
export function createLiveRequests(
  record: (ctx: Context) => void,
  fail: (error: unknown) => void,
): LiveRequests {
  const running = new Places<Context>();
  const recorded = new WeakSet<Context>();
  const recordLive = guarded(record, fail);
  const look = (): void => {
    const before = performance.now() - LONG_MS;
    for (const ctx of running) {
      if (recorded.has(ctx)) continue;
      const { isTraced, record } = ctx.state as RequestState;
      if (!isTraced || record.arrivedAt > before) continue;
      recorded.add(ctx);
      recordLive(ctx);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    add(ctx) {
      (ctx.state as RequestState).livePlace = running.add(ctx);
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
    },
    remove({ state }) {
      const { livePlace } = state as RequestState;
      if (livePlace === undefined) return;
      running.remove(livePlace);
      if (!running.isEmpty) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

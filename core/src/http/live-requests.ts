import type { Context } from 'koa';
import type { RequestState } from './exchange.ts';

/** A request that runs for longer is recorded while it runs, so that it is known of even if it never ends. */
const LONG_MS = 1_000;
const LOOK_EVERY_MS = 500;

/** The requests that run now. */
export interface LiveRequests {
  add(ctx: Context): void;
  remove(ctx: Context): void;
}

/** Records requests that take long as `running`; when they end, they are recorded anew. */
export function createLiveRequests(record: (ctx: Context) => void): LiveRequests {
  const live = new Set<Context>();
  const told = new WeakSet<Context>();
  const look = (): void => {
    const before = performance.now() - LONG_MS;
    for (const ctx of live) {
      const { isTraced, notes } = ctx.state as RequestState;
      // In the order of their arrival: what follows is younger.
      if (notes.arrivedAt > before) break;
      if (!isTraced || told.has(ctx)) continue;
      told.add(ctx);
      record(ctx);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    add(ctx) {
      live.add(ctx);
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
    },
    remove(ctx) {
      live.delete(ctx);
      if (live.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

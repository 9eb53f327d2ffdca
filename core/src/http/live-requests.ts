import type { Context } from 'koa';
import { guarded } from '../transport/guarded.ts';
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
export function createLiveRequests(
  record: (ctx: Context) => void,
  fail: (error: unknown) => void,
): LiveRequests {
  // Not a set: the tables that a set outgrows hold on to what was in them until a full collection, and with it to
  // the memory of most requests.
  const places: (Context | undefined)[] = [];
  const free: number[] = [];
  const told = new WeakSet<Context>();
  const tell = guarded(record, fail);
  const look = (): void => {
    const before = performance.now() - LONG_MS;
    for (const ctx of places) {
      if (!ctx || told.has(ctx)) continue;
      const { isTraced, notes } = ctx.state as RequestState;
      if (!isTraced || notes.arrivedAt > before) continue;
      told.add(ctx);
      tell(ctx);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    add(ctx) {
      const place = free.pop() ?? places.length;
      places[place] = ctx;
      (ctx.state as RequestState).livePlace = place;
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
    },
    remove({ state }) {
      const { livePlace } = state as RequestState;
      if (livePlace === undefined) return;
      places[livePlace] = undefined;
      free.push(livePlace);
      if (free.length < places.length) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

import { PassThrough, type Readable } from 'node:stream';
import { encodeSse, type TraceRecord } from '@dragoman/plugin';
import type { Traces } from '../../../../trace/traces.ts';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';

const KEEP_ALIVE_MS = 15_000;

/** How many bytes may wait for a slow reader; beyond this, traces are skipped. */
const MAX_WAITING_BYTES = 1024 * 1024;

export interface TailInput {
  readonly isAllowed: () => boolean;
  readonly stopping: AbortSignal;
}

/**
 * Every trace from now on, as server-sent events: `trace`, and `missed` with the number skipped before it. The stream
 * ends when the reader loses access, for example after signing out, and when the gateway begins to stop.
 */
export function tailOf(traces: Pick<Traces, 'follow'>, { isAllowed, stopping }: TailInput): Readable {
  const events = new PassThrough();
  let missed = 0;
  const leave = (): void => {
    stop();
    stopping.removeEventListener('abort', finish);
    clearInterval(keepAlive);
  };
  // Destroying the stream would not end the reader's response.
  const finish = (): void => {
    leave();
    events.end();
  };
  const push = (trace: TraceRecord): void => {
    if (!isAllowed()) return finish();
    if (events.writableLength > MAX_WAITING_BYTES) {
      missed += 1;
      return;
    }
    if (missed > 0) events.write(encodeSse(JSON.stringify({ missed }), 'missed'));
    missed = 0;
    events.write(encodeSse(JSON.stringify(trace), 'trace'));
  };
  const keepOpen = (): void => {
    if (isAllowed()) events.write(': keep-alive\n\n');
    else finish();
  };
  const stop = traces.follow(guarded(push, finish));
  const keepAlive = setInterval(guarded(keepOpen, finish), KEEP_ALIVE_MS).unref();
  stopping.addEventListener('abort', finish, { once: true });
  events.once('close', leave);
  events.write(': following\n\n');
  return events;
}

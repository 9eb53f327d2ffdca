import { PassThrough, type Readable } from 'node:stream';
import { GatewayError } from '../../canonical/errors.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { Traces } from '../../trace/traces.ts';
import { guarded } from '../../transport/guarded.ts';
import { encodeSse } from '../../transport/sse.ts';

const KEEP_ALIVE_MS = 15_000;

/** What may wait for a reader who does not keep up, in bytes; beyond it, traces are left out. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Every trace from now on, as server-sent events: `trace`, and `missed` with how many were left out before it. It
 * ends when the reader is no longer allowed to read, for example after the sign-out.
 */
export function tailOf(traces: Pick<Traces, 'follow'>, isAllowed: () => boolean): Readable {
  const events = new PassThrough();
  let missed = 0;
  const tell = (trace: TraceRecord): void => {
    if (!isAllowed()) return void events.end();
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
    else events.end();
  };
  const fail = (error: unknown): void => void events.destroy(GatewayError.from(error));
  const stop = traces.follow(guarded(tell, fail));
  const keepAlive = setInterval(guarded(keepOpen, fail), KEEP_ALIVE_MS).unref();
  events.once('close', () => {
    stop();
    clearInterval(keepAlive);
  });
  events.write(': following\n\n');
  return events;
}

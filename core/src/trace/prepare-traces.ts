import { MAX_SLOWDOWN, withinTime } from '../plugin/within-time.ts';
import type { WireReaders } from '../plugin/wire-reader.ts';
import { analyze } from './analysis.ts';
import type { PackedCapture } from './packed.ts';
import type { Redactor } from './redact.ts';
import { redactCapture } from './redact-capture.ts';
import type { TraceEntry } from './store.ts';
import type { SentTrace } from './worker-messages.ts';

/** What traces are prepared with. */
export interface Preparation {
  readonly redactor: Redactor;
  readonly readers: WireReaders;
  /** Says that the thread works, and for how long it may be silent from now on. */
  readonly busy: (ms: number) => void;
}

/** Besides the time for its bytes, in milliseconds. */
const LEAST_MS = 200;
/** Bytes that are redacted and read in a millisecond, even on a slow machine. */
const BYTES_IN_MS = 4 * 1024;

/** How long the bodies of these traces may be worked on, in milliseconds. */
export function timeFor(bytes: number): number {
  return LEAST_MS + Math.ceil(bytes / BYTES_IN_MS);
}

/**
 * Makes traces ready for the store: redacts and reads their bodies. Both run what clients sent and operators wrote,
 * so there is a time for the batch. When it is up, or something fails, each trace has a time of its own, so that
 * only the one that is to blame loses something.
 */
export function prepareTraces(traces: readonly SentTrace[], preparation: Preparation): readonly TraceEntry[] {
  const bytes = traces.reduce((sum, { capture }) => sum + (capture?.bytes.length ?? 0), 0);
  if (bytes === 0) return traces.map(({ trace }) => ({ trace }));
  const ms = timeFor(bytes);
  preparation.busy(ms * MAX_SLOWDOWN);
  try {
    return withinTime(ms, () => traces.map((sent) => prepare(sent, preparation)));
  } catch {
    return traces.map((sent) => prepareAlone(sent, preparation));
  }
}

function prepare({ trace, capture }: SentTrace, { redactor, readers }: Preparation): TraceEntry {
  if (!capture) return { trace };
  const kept = redactCapture(capture, redactor);
  return { trace, capture: kept, analysis: analyze(kept, readers, { scope: trace.keyId ?? '' }) };
}

/** What could not be redacted is never kept; what could not be read is kept without what it means. */
function prepareAlone({ trace, capture }: SentTrace, preparation: Preparation): TraceEntry {
  if (!capture) return { trace };
  const { redactor, readers, busy } = preparation;
  const ms = timeFor(capture.bytes.length);
  busy(2 * ms * MAX_SLOWDOWN);
  let kept: PackedCapture;
  try {
    kept = withinTime(ms, () => redactCapture(capture, redactor));
  } catch {
    return { trace: { ...trace, bodies: 'unredacted' } };
  }
  try {
    const scope = trace.keyId ?? '';
    return {
      trace,
      capture: kept,
      analysis: withinTime(ms, () => analyze(kept, readers, { scope, judgeMs: JUDGE_MS })),
    };
  } catch {
    return { trace, capture: kept };
  }
}

/** The arguments of one call are checked for no longer than this where time is short. */
export const JUDGE_MS = 50;

import { MAX_SLOWDOWN, withinTime } from '@dragoman/plugin/internal/timing/within-time';
import type { WireReaders } from '@dragoman/plugin';
import { analyze } from './analysis.ts';
import type { PackedCapture } from '../packed.ts';
import { JUDGE_MS, timeFor, timeWithJudge } from './time-limits.ts';
import type { Redactor } from './redact.ts';
import { redactCapture } from './redact-capture.ts';
import { redactRecord } from './redact-record.ts';
import type { TraceEntry } from '../store.ts';
import type { SentTrace } from '../worker-messages.ts';

/** The context of the preparation. */
export interface Preparation {
  readonly redactor: Redactor;
  readonly readers: WireReaders;
  /** Reports that the thread is working, and how long it may stay silent. */
  readonly busy: (ms: number) => void;
}

/**
 * Prepares traces for the store: redacts and decodes their bodies. Client schemas and operator patterns can make both
 * arbitrarily slow, so the batch has a time limit. If it is exceeded, or something fails, each trace is prepared again
 * with its own limit, so that only the one at fault loses anything.
 */
export function prepareTraces(sent: readonly SentTrace[], preparation: Preparation): readonly TraceEntry[] {
  const traces = sent.map((one) => ({ ...one, trace: redactRecord(one.trace, preparation.redactor) }));
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

/** A body that cannot be redacted is not kept; one that cannot be decoded is kept without an analysis. */
function prepareAlone({ trace, capture }: SentTrace, preparation: Preparation): TraceEntry {
  if (!capture) return { trace };
  const { redactor, readers, busy } = preparation;
  const ms = timeFor(capture.bytes.length);
  busy(ms * MAX_SLOWDOWN);
  let kept: PackedCapture;
  try {
    kept = withinTime(ms, () => redactCapture(capture, redactor));
  } catch {
    return { trace: { ...trace, bodies: 'unredacted' } };
  }
  const analysisMs = timeWithJudge(capture.bytes.length);
  busy(analysisMs * MAX_SLOWDOWN);
  try {
    const scope = trace.keyId ?? '';
    return {
      trace,
      capture: kept,
      analysis: withinTime(analysisMs, () => analyze(kept, readers, { scope, judgeMs: JUDGE_MS })),
    };
  } catch {
    return { trace, capture: kept };
  }
}

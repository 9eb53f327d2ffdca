import type { TraceDetail } from '../../../../trace/worker/detail.ts';
import type { TraceRecord } from '../../../../canonical/trace-record.ts';
import type { StoreQuestions } from '../../../../trace/worker-messages.ts';
import { AdminError } from '../../admin-error.ts';
import type { AdminDeps } from '../../deps.ts';

/** Asks the store of traces. Throws an `AdminError` when there is none, or when it does not answer. */
export async function askTraces<Method extends keyof StoreQuestions>(
  { traces, log }: Pick<AdminDeps, 'traces' | 'log'>,
  method: Method,
  input: Parameters<StoreQuestions[Method]>[0],
): Promise<ReturnType<StoreQuestions[Method]>> {
  if (!traces.isOn) throw new AdminError('conflict', 'This gateway does not keep traces.');
  try {
    return await traces.ask(method, input);
  } catch (error) {
    // The store tells why in words; where in this thread that was heard says nothing.
    log.error({ reason: (error as Error).message }, 'The store of traces did not answer.');
    throw new AdminError('unavailable', 'The store of traces cannot be read at the moment.');
  }
}

export async function findTrace(deps: AdminDeps, id: string): Promise<TraceRecord> {
  return (await askTraces(deps, 'get', id)) ?? missingTrace(id);
}

export interface TraceWithDetail {
  readonly trace: TraceRecord;
  readonly detail: TraceDetail;
}

/** A trace with what was kept of its bodies. Throws an `AdminError` that says why where they were not. */
export async function findDetail(deps: AdminDeps, id: string): Promise<TraceWithDetail> {
  const trace = await findTrace(deps, id);
  const detail = await askTraces(deps, 'detail', id);
  if (!detail) throw new AdminError('conflict', whyNoBodies(trace));
  return { trace, detail };
}

export function missingTrace(id: string): never {
  throw new AdminError('not-found', `There is no trace ${JSON.stringify(id)}, or not any more.`);
}

/** Why a trace has no bodies, as a sentence. */
function whyNoBodies({ bodies }: TraceRecord): string {
  switch (bodies) {
    case 'running':
      return 'The request is still running; its bodies are kept when it ends.';
    case 'key':
      return "The bodies were not kept, as the client's key is set.";
    case 'upstream':
      return 'The bodies were not kept, as an upstream is set that was asked.';
    case 'pressure':
      return 'The bodies were not kept, since there was too much to do.';
    case 'disk':
      return 'The bodies were not kept, since the disk was nearly full.';
    case 'unredacted':
      return 'The bodies were not kept, since redaction failed or took too long.';
    case 'unread':
      return 'The request was refused before its body was read.';
    default:
      return 'The bodies were not kept: the gateway is set to record none (traces.record).';
  }
}

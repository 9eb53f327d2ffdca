import type { TraceDetail } from '../../../../trace/worker/detail.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { StoreQuestions } from '../../../../trace/worker-messages.ts';
import { AdminError } from '../../admin-error.ts';
import type { AdminDeps } from '../../deps.ts';

/** Queries the trace store. Throws an `AdminError` if there is none, or if it does not respond. */
export async function askTraces<Method extends keyof StoreQuestions>(
  { traces, log }: Pick<AdminDeps, 'traces' | 'log'>,
  method: Method,
  input: Parameters<StoreQuestions[Method]>[0],
): Promise<ReturnType<StoreQuestions[Method]>> {
  if (!traces.isOn) throw new AdminError('conflict', 'This gateway does not keep traces.');
  try {
    return await traces.ask(method, input);
  } catch (error) {
    // The store's message says why; the stack of this thread adds nothing.
    log.error({ reason: (error as Error).message }, 'The trace store did not respond.');
    throw new AdminError('unavailable', 'The trace store is currently unavailable.');
  }
}

export async function findTrace(deps: AdminDeps, id: string): Promise<TraceRecord> {
  return (await askTraces(deps, 'get', id)) ?? missingTrace(id);
}

export interface TraceWithDetail {
  readonly trace: TraceRecord;
  readonly detail: TraceDetail;
}

/** A trace with its recorded bodies. Throws an `AdminError` that says why if there are none. */
export async function findDetail(deps: AdminDeps, id: string): Promise<TraceWithDetail> {
  const trace = await findTrace(deps, id);
  const detail = await askTraces(deps, 'detail', id);
  if (!detail) throw new AdminError('conflict', whyNoBodies(trace));
  return { trace, detail };
}

export function missingTrace(id: string): never {
  throw new AdminError('not-found', `There is no trace ${JSON.stringify(id)}. It may have been removed.`);
}

/** Why a trace has no bodies, as a sentence. */
function whyNoBodies({ bodies }: TraceRecord): string {
  switch (bodies) {
    case 'running':
      return 'The request is still running; its bodies are stored when it ends.';
    case 'key':
      return "The bodies were not kept because of the setting of the client's key.";
    case 'upstream':
      return 'The bodies were not kept because of the setting of an upstream.';
    case 'pressure':
      return 'The bodies were not kept because the gateway was overloaded.';
    case 'disk':
      return 'The bodies were not kept because the disk was nearly full.';
    case 'unredacted':
      return 'The bodies were not kept because redaction failed or took too long.';
    case 'unread':
      return 'The request was refused before its body was read.';
    default:
      return 'The bodies were not kept: recording is off (traces.record).';
  }
}

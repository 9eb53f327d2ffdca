import type { TraceRecord } from '@dragoman/plugin';

/** The trace of a request that went well, but for what is given. */
export function traceRecord(own: Partial<TraceRecord> = {}): TraceRecord {
  return {
    ...{ id: 'req_1', startedAt: 1, ms: 1, method: 'POST', path: '/', protocol: 'p', ip: '', userAgent: '' },
    ...{ status: 200, outcome: 'ok', attempts: [], dropped: [] },
    ...own,
  };
}

import { Readable } from 'node:stream';
import type { TraceFilter, TraceQuery } from '../../../../trace/query.ts';
import { type HarEntry, harEntries, harText } from '../../../../trace/har.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { TracePage } from '../../../../trace/store.ts';
import { askTraces, findTrace, missingTrace } from './ask-traces.ts';
import { traceContract } from '../../contract/traces/trace-contract.ts';
import type { AdminDeps } from '../../deps.ts';
import { sessionOf } from '../../caller.ts';
import { always, defineOperations } from '../../operation.ts';
import { tailOf } from './tail.ts';

export const traceOperations = defineOperations(traceContract, {
  'GET /traces': {
    summary: 'Lists traces, page by page.',
    access: 'admin',
    handle: ({ query }, deps) => askTraces(deps, 'list', query),
  },
  'GET /traces/stats': {
    summary: 'Aggregates requests, errors, tokens, cost and percentiles of times.',
    access: 'admin',
    handle: ({ query }, deps) => askTraces(deps, 'stats', query),
  },
  'GET /traces/export': {
    summary:
      'Exports all traces that match a filter, newest first: one JSON object per line, or an HTTP archive with all bodies.',
    access: 'admin',
    confirm: always,
    audit: {},
    handle({ query: { format, ...filter }, ctx }, deps) {
      ctx.attachment(`traces.${format}`);
      ctx.type = format === 'har' ? 'application/json' : 'application/x-ndjson';
      ctx.body = Readable.from(
        format === 'har' ? harText(archived(deps, filter), deps.version) : lines(deps, filter),
      );
    },
  },
  'GET /traces/tail': {
    summary: 'Streams every trace from now on, as server-sent events.',
    access: 'admin',
    handle({ ctx, caller }, { traces, sessions, stopping }) {
      const session = sessionOf(caller);
      ctx.type = 'text/event-stream';
      const isAllowed = (): boolean => session === undefined || sessions.isAlive(session);
      ctx.body = tailOf(traces, { isAllowed, stopping });
    },
  },
  'GET /traces/:id': {
    summary: 'Shows a trace.',
    access: 'admin',
    handle: ({ params: { id } }, deps) => findTrace(deps, id),
  },
  'DELETE /traces/:id': {
    summary: 'Removes a trace.',
    access: 'admin',
    async handle({ params: { id } }, deps) {
      if ((await askTraces(deps, 'remove', { id })) === 0) missingTrace(id);
    },
  },
  'DELETE /traces': {
    summary: 'Removes all traces that match a filter; without one, all.',
    access: 'admin',
    handle: async ({ query }, deps) => ({ removed: await askTraces(deps, 'remove', query) }),
  },
});

const EXPORT_PAGE = 500;

async function* exported(deps: AdminDeps, filter: TraceFilter): AsyncGenerator<TraceRecord> {
  let cursor: string | undefined;
  do {
    const query: TraceQuery = {
      ...{ ...filter, sort: 'startedAt', order: 'desc', limit: EXPORT_PAGE },
      ...(cursor !== undefined && { cursor }),
    };
    const page: TracePage = await askTraces(deps, 'list', query);
    yield* page.traces;
    cursor = page.next;
  } while (cursor !== undefined);
}

async function* lines(deps: AdminDeps, filter: TraceFilter): AsyncGenerator<string> {
  for await (const trace of exported(deps, filter)) yield `${JSON.stringify(trace)}\n`;
}

async function* archived(deps: AdminDeps, filter: TraceFilter): AsyncGenerator<HarEntry> {
  for await (const trace of exported(deps, filter)) {
    const detail = trace.bodies === 'kept' ? await askTraces(deps, 'detail', trace.id) : undefined;
    yield* harEntries(trace, detail, deps.publicUrl());
  }
}

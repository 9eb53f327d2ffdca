import { Readable } from 'node:stream';
import { z } from 'zod';
import {
  statsQuerySchema,
  type TraceFilter,
  traceFilterSchema,
  type TraceQuery,
  traceQuerySchema,
} from '../../../../trace/query.ts';
import { type HarEntry, harEntries, harText } from '../../../../trace/har.ts';
import type { TraceRecord } from '../../../../canonical/trace-record.ts';
import type { TracePage } from '../../../../trace/store.ts';
import { askTraces, findTrace, missingTrace } from './ask-traces.ts';
import * as contract from '../../contract/contract.ts';
import type { AdminDeps } from '../../deps.ts';
import { always, defineOperation, type Operation, sessionOf } from '../../operation.ts';
import { readQuery } from '../../read-query.ts';
import { tailOf } from './tail.ts';

const exportQuerySchema = traceFilterSchema.extend({ format: z.enum(['jsonl', 'har']).default('jsonl') });

export const traceOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/traces',
    summary: 'Lists traces, page by page.',
    access: 'admin',
    query: traceQuerySchema,
    response: contract.tracePageSchema,
    handle: ({ ctx }, deps) => askTraces(deps, 'list', readQuery(ctx, traceQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/stats',
    summary: 'Counts requests, errors, tokens and money, with percentiles of times.',
    access: 'admin',
    query: statsQuerySchema,
    response: z.array(contract.statsRowSchema),
    handle: ({ ctx }, deps) => askTraces(deps, 'stats', readQuery(ctx, statsQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/export',
    summary:
      'Gives all traces that a filter finds, the newest first: one JSON object a line, or an HTTP archive with all bodies.',
    access: 'admin',
    confirm: always,
    audit: {},
    query: exportQuerySchema,
    isRaw: true,
    handle({ ctx }, deps) {
      const { format, ...filter } = readQuery(ctx, exportQuerySchema);
      ctx.attachment(`traces.${format}`);
      ctx.type = format === 'har' ? 'application/json' : 'application/x-ndjson';
      ctx.body = Readable.from(
        format === 'har' ? harText(archived(deps, filter), deps.version) : lines(deps, filter),
      );
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/tail',
    summary: 'Tells every trace from now on, as server-sent events.',
    access: 'admin',
    isRaw: true,
    handle({ ctx, caller }, { traces, sessions, stopping }) {
      const session = sessionOf(caller);
      ctx.type = 'text/event-stream';
      const isAllowed = (): boolean => session === undefined || sessions.isAlive(session);
      ctx.body = tailOf(traces, { isAllowed, stopping });
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/:id',
    summary: 'Shows a trace.',
    access: 'admin',
    response: contract.traceSchema,
    handle: ({ params: { id = '' } }, deps) => findTrace(deps, id),
  }),
  defineOperation({
    method: 'DELETE',
    path: '/traces/:id',
    summary: 'Removes a trace.',
    access: 'admin',
    async handle({ params: { id = '' } }, deps) {
      if ((await askTraces(deps, 'remove', { id })) === 0) missingTrace(id);
    },
  }),
  defineOperation({
    method: 'DELETE',
    path: '/traces',
    summary: 'Removes all traces that a filter finds; without one, all.',
    access: 'admin',
    query: traceFilterSchema,
    response: contract.removedSchema,
    handle: async ({ ctx }, deps) => ({
      removed: await askTraces(deps, 'remove', readQuery(ctx, traceFilterSchema)),
    }),
  }),
];

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

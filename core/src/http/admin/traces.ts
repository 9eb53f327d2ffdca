import { PassThrough, Readable } from 'node:stream';
import { z } from 'zod';
import {
  statsQuerySchema,
  type TraceFilter,
  traceFilterSchema,
  type TraceQuery,
  traceQuerySchema,
} from '../../trace/query.ts';
import type { TraceRecord } from '../../trace/record.ts';
import type { StoreCalls } from '../../trace/worker-messages.ts';
import { encodeSse } from '../../transport/sse.ts';
import { AdminError } from './admin-error.ts';
import * as contract from './contract.ts';
import type { AdminDeps } from './deps.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readQuery } from './read-query.ts';

export const traceOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/traces',
    summary: 'Lists traces, page by page.',
    access: 'admin',
    query: traceQuerySchema,
    response: contract.tracePageSchema,
    handle: ({ ctx }, deps) => ask(deps, 'list', readQuery(ctx, traceQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/stats',
    summary: 'Counts requests, errors, tokens and money, with percentiles of times.',
    access: 'admin',
    query: statsQuerySchema,
    response: z.array(contract.statsRowSchema),
    handle: ({ ctx }, deps) => ask(deps, 'stats', readQuery(ctx, statsQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/export',
    summary: 'Gives all traces that a filter finds, one JSON object a line, the newest first.',
    access: 'admin',
    query: traceFilterSchema,
    isRaw: true,
    handle({ ctx }, deps) {
      ctx.type = 'application/x-ndjson';
      ctx.set('content-disposition', 'attachment; filename="traces.jsonl"');
      ctx.body = Readable.from(exported(deps, readQuery(ctx, traceFilterSchema)));
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/tail',
    summary: 'Tells every trace from now on, as server-sent events.',
    access: 'admin',
    isRaw: true,
    handle({ ctx }, { traces }) {
      const events = new PassThrough();
      events.write(': following\n\n');
      const stop = traces.follow((trace) => void events.write(encodeSse(JSON.stringify(trace), 'trace')));
      const keepAlive = setInterval(() => events.write(': keep-alive\n\n'), KEEP_ALIVE_MS).unref();
      ctx.req.once('close', () => {
        stop();
        clearInterval(keepAlive);
        events.end();
      });
      ctx.type = 'text/event-stream';
      ctx.body = events;
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/:id',
    summary: 'Shows a trace.',
    access: 'admin',
    response: contract.traceSchema,
    async handle({ params: { id = '' } }, deps) {
      return (await ask(deps, 'get', id)) ?? missing(id);
    },
  }),
  defineOperation({
    method: 'DELETE',
    path: '/traces/:id',
    summary: 'Removes a trace.',
    access: 'admin',
    async handle({ params: { id = '' } }, deps) {
      if ((await ask(deps, 'remove', { id })) === 0) missing(id);
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
      removed: await ask(deps, 'remove', readQuery(ctx, traceFilterSchema)),
    }),
  }),
];

const KEEP_ALIVE_MS = 15_000;

function missing(id: string): never {
  throw new AdminError('not-found', `There is no trace ${JSON.stringify(id)}, or not any more.`);
}

async function ask<Method extends keyof StoreCalls>(
  { traces, log }: Pick<AdminDeps, 'traces' | 'log'>,
  method: Method,
  input: Parameters<StoreCalls[Method]>[0],
): Promise<ReturnType<StoreCalls[Method]>> {
  if (!traces.isOn) throw new AdminError('conflict', 'This gateway is set to keep no traces.');
  try {
    return await traces.ask(method, input);
  } catch (error) {
    log.error({ error }, 'The store of traces did not answer.');
    throw new AdminError('unavailable', 'The store of traces cannot be read at the moment.');
  }
}

const EXPORT_PAGE = 500;

async function* exported(deps: AdminDeps, filter: TraceFilter): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const query: TraceQuery = {
      ...{ ...filter, sort: 'startedAt', order: 'desc', limit: EXPORT_PAGE },
      ...(cursor !== undefined && { cursor }),
    };
    const page: { readonly traces: readonly TraceRecord[]; readonly next?: string } = await ask(
      deps,
      'list',
      query,
    );
    for (const trace of page.traces) yield `${JSON.stringify(trace)}\n`;
    cursor = page.next;
  } while (cursor !== undefined);
}

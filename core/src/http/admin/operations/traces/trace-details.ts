import { Readable } from 'node:stream';
import { z } from 'zod';
import { harEntries, harText } from '../../../../trace/har.ts';
import { threadQuerySchema, toolCallQuerySchema } from '../../../../trace/query.ts';
import { AdminError } from '../../admin-error.ts';
import { askTraces, findDetail, findTrace } from './ask-traces.ts';
import { repeatedHeaders } from './repeated-headers.ts';
import * as contract from '../../contract/contract.ts';
import { always, defineOperation, type Operation } from '../../operation.ts';
import { readQuery } from '../../read-query.ts';

const exportQuerySchema = z.strictObject({ format: z.enum(['json', 'har']).default('json') });

const rawQuerySchema = z.strictObject({
  attempt: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("An upstream's reply; else what the client got."),
});

export const traceDetailOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/traces/:id/detail',
    summary: 'Shows what passed on both sides, event by event, and what it means.',
    access: 'admin',
    response: contract.traceDetailSchema,
    async handle({ params: { id = '' } }, deps) {
      const found = await findDetail(deps, id);
      return { ...found.detail, repeatedHeaders: repeatedHeaders(found, deps.registry) };
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/:id/raw',
    summary: 'Gives a reply as it was recorded, byte by byte.',
    access: 'admin',
    query: rawQuerySchema,
    isRaw: true,
    async handle({ params: { id = '' }, ctx }, deps) {
      const { attempt } = readQuery(ctx, rawQuerySchema);
      const { detail } = await findDetail(deps, id);
      const exchange = detail.exchanges.find((one) => one.attempt === attempt);
      if (attempt !== undefined && !exchange)
        throw new AdminError('not-found', `The trace has no attempt ${attempt} that reached an upstream.`);
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = (exchange?.reply ?? detail.reply.body).text;
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/traces/:id/export',
    summary: 'Gives a trace with all that is kept of it, as JSON or as an HTTP archive (HAR).',
    access: 'admin',
    confirm: always,
    audit: {},
    query: exportQuerySchema,
    isRaw: true,
    async handle({ params: { id = '' }, ctx }, deps) {
      const { format } = readQuery(ctx, exportQuerySchema);
      const trace = await findTrace(deps, id);
      const detail = await askTraces(deps, 'detail', id);
      ctx.attachment(`${id}.${format}`);
      ctx.type = 'application/json';
      if (format === 'har') {
        ctx.body = Readable.from(harText(harEntries(trace, detail, deps.publicUrl()), deps.version));
        return;
      }
      const { calls } = await askTraces(deps, 'calls', { trace: id, limit: 500 });
      ctx.body = { trace, detail, calls };
    },
  }),
  defineOperation({
    method: 'GET',
    path: '/tool-calls',
    summary: 'Lists calls of tools across traces, the newest first.',
    access: 'admin',
    query: toolCallQuerySchema,
    response: contract.toolCallPageSchema,
    handle: ({ ctx }, deps) => askTraces(deps, 'calls', readQuery(ctx, toolCallQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/threads',
    summary: 'Lists conversations, those with the latest request first.',
    access: 'admin',
    query: threadQuerySchema,
    response: z.array(contract.threadRowSchema),
    handle: ({ ctx }, deps) => askTraces(deps, 'threads', readQuery(ctx, threadQuerySchema)),
  }),
];

import { Readable } from 'node:stream';
import { harEntries, harText } from '../../../../trace/har.ts';
import { AdminError } from '../../admin-error.ts';
import { askTraces, findDetail, findTrace } from './ask-traces.ts';
import { repeatedHeaders } from './repeated-headers.ts';
import { traceDetailContract } from '../../contract/traces/trace-detail-contract.ts';
import { always, defineOperations } from '../../operation.ts';

export const traceDetailOperations = defineOperations(traceDetailContract, {
  'GET /traces/:id/detail': {
    summary: 'Shows what was sent on both sides, event by event, raw and decoded.',
    access: 'admin',
    async handle({ params: { id } }, deps) {
      const found = await findDetail(deps, id);
      return { ...found.detail, repeatedHeaders: repeatedHeaders(found, deps.registry) };
    },
  },
  'GET /traces/:id/raw': {
    summary: 'Returns the recorded bytes of a reply.',
    access: 'admin',
    async handle({ params: { id }, query: { attempt }, ctx }, deps) {
      const { detail } = await findDetail(deps, id);
      const exchange = detail.exchanges.find((one) => one.attempt === attempt);
      if (attempt !== undefined && !exchange)
        throw new AdminError('not-found', `The trace has no attempt ${attempt} that reached an upstream.`);
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = (exchange?.reply ?? detail.reply.body).text;
    },
  },
  'GET /traces/:id/export': {
    summary: 'Exports a trace with its bodies, as JSON or as an HTTP archive (HAR).',
    access: 'admin',
    confirm: always,
    audit: {},
    async handle({ params: { id }, query: { format }, ctx }, deps) {
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
  },
  'GET /tool-calls': {
    summary: 'Lists tool calls across traces, newest first.',
    access: 'admin',
    handle: ({ query }, deps) => askTraces(deps, 'calls', query),
  },
  'GET /threads': {
    summary: 'Lists conversations, latest request first.',
    access: 'admin',
    handle: ({ query }, deps) => askTraces(deps, 'threads', query),
  },
});

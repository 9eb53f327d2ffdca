import { Readable } from 'node:stream';
import { auditQuerySchema } from '../../../audit/list.ts';
import * as contract from '../contract/contract.ts';
import { always, defineOperation, type Operation } from '../operation.ts';
import { readQuery } from '../read-query.ts';

export const auditOperations: readonly Operation[] = [
  defineOperation({
    method: 'GET',
    path: '/audit',
    summary: 'Lists what administrators did, newest first, in pages.',
    access: 'admin',
    query: auditQuerySchema,
    response: contract.auditPageSchema,
    handle: ({ ctx }, { audit }) => audit.list(readQuery(ctx, auditQuerySchema)),
  }),
  defineOperation({
    method: 'GET',
    path: '/audit/verify',
    summary: 'Checks that no entry of the audit log was changed, removed or added.',
    access: 'admin',
    response: contract.auditReportSchema,
    handle: (_, { audit }) => audit.verify(),
  }),
  defineOperation({
    method: 'GET',
    path: '/audit/export',
    summary: 'Exports the whole audit log as it is stored, oldest entry first: one JSON object per line.',
    access: 'admin',
    confirm: always,
    audit: {},
    isRaw: true,
    handle({ ctx }, { audit }) {
      ctx.attachment('audit.jsonl');
      ctx.type = 'application/x-ndjson';
      ctx.body = Readable.from(withBreaks(audit.lines()));
    },
  }),
];

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

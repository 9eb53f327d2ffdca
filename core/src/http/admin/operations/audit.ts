import { Readable } from 'node:stream';
import { auditContract } from '../contract/audit-contract.ts';
import { always, defineOperations } from '../operation.ts';

export const auditOperations = defineOperations(auditContract, {
  'GET /audit': {
    summary: 'Lists what administrators did, newest first, in pages.',
    access: 'admin',
    handle: ({ query }, { audit }) => audit.list(query),
  },
  'GET /audit/verify': {
    summary: 'Checks that no entry of the audit log was changed, removed or added.',
    access: 'admin',
    handle: (_, { audit }) => audit.verify(),
  },
  'GET /audit/export': {
    summary: 'Exports the whole audit log as it is stored, oldest entry first: one JSON object per line.',
    access: 'admin',
    confirm: always,
    audit: {},
    handle({ ctx }, { audit }) {
      ctx.attachment('audit.jsonl');
      ctx.type = 'application/x-ndjson';
      ctx.body = Readable.from(withBreaks(audit.lines()));
    },
  },
});

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

import { z } from 'zod';
import { auditQuerySchema } from '../../../audit/query.ts';
import type { Contract } from './operation-contract.ts';

export const auditRowSchema = z
  .object({
    seq: z.int().describe('A number without gaps.'),
    at: z.iso.datetime(),
    actor: z.object({
      kind: z.enum(['session', 'admin-token', 'local-token', 'anybody', 'gateway']),
      id: z.string().optional().describe('The id of the sign-in.'),
      address: z.string().optional(),
    }),
    operation: z.string().describe('`PATCH /upstreams/:id`, or `gateway start`.'),
    target: z.string().optional(),
    detail: z.record(z.string(), z.unknown()).optional().describe('The parameters.'),
    before: z.unknown().optional().describe('The previous value, with secrets masked.'),
    after: z.unknown().optional(),
    outcome: z
      .enum(['done', 'refused', 'failed', 'unknown'])
      .describe('`unknown`: the gateway stopped meanwhile, or it is still running.'),
    reason: z.string().optional(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const auditPageSchema = z
  .object({
    entries: z.array(auditRowSchema),
    next: z.int().optional().describe('The cursor of the next page.'),
  })
  .meta({ id: 'AuditPage' });

export const auditReportSchema = z
  .object({
    ok: z.boolean(),
    entries: z.int(),
    firstSeq: z.int().nullable().describe('Older ones were removed by retention.'),
    head: z
      .object({ seq: z.int(), hash: z.string() })
      .nullable()
      .describe('Keep it elsewhere, to prove later that nothing up to here was changed.'),
    torn: z.boolean().describe('Whether the last line is incomplete, as after a crash.'),
    problems: z.array(z.object({ file: z.string(), line: z.int(), message: z.string() })),
  })
  .meta({ id: 'AuditReport' });

export const auditContract = {
  'GET /audit': { query: auditQuerySchema, response: auditPageSchema },
  'GET /audit/verify': { response: auditReportSchema },
  'GET /audit/export': { isRaw: true },
} satisfies Contract;

import { z } from 'zod';

const numeric = z.coerce.number<number | string>();

/** Selects entries and a page of them. */
export const auditQuerySchema = z.strictObject({
  actor: z.string().min(1).optional().describe('A kind of actor, the id of a sign-in, or an address.'),
  operation: z.string().min(1).optional().describe('Part of an operation: `/upstreams`.'),
  target: z.string().min(1).optional().describe('Part of a target: `/upstreams/polly`.'),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  limit: numeric.int().min(1).max(500).default(50),
  cursor: numeric.int().min(1).optional().describe('`next` of the previous page.'),
});
export type AuditQuery = z.output<typeof auditQuerySchema>;

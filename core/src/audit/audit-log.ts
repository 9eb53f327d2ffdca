import type { Log } from '@dragoman/plugin';
import type { AuditActor, AuditEntry, AuditInput } from './entry.ts';
import { readLines, listFiles } from './files.ts';
import { type AuditPage, listAudit } from './list.ts';
import type { AuditQuery } from './query.ts';
import { openAuditFile } from './audit-file.ts';
import { createSampler } from './sampler.ts';
import { type AuditReport, checkNewest, verifyAudit } from './verify.ts';

/** An append-only record of what administrators did. Each entry holds the hash of the previous one. */
export interface AuditLog {
  /** Resolves once the entry is on disk; rejects if it could not be written. */
  append(input: AuditInput): Promise<AuditEntry>;
  /** Like `append`, for events that strangers can cause: beyond a rate, they are counted but not written. */
  sample(input: AuditInput): Promise<void>;
  list(query: AuditQuery): Promise<AuditPage>;
  /** The lines as stored, oldest first. */
  lines(): AsyncIterable<string>;
  verify(): Promise<AuditReport>;
}

export interface AuditLogInput {
  /** The data folder. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A monotonic clock. Default: `now`. */
  readonly steady?: () => number;
}

/** The process itself, as an actor. */
export const GATEWAY: AuditActor = { kind: 'gateway' };

export async function openAuditLog(input: AuditLogInput): Promise<AuditLog> {
  const { folder, log, now, steady = now } = input;
  const problem = await checkNewest(folder);
  if (problem) log.warn({ ...problem }, 'The audit log was changed or damaged. See: ./dragoman audit verify');
  const file = await openAuditFile(input);
  const sampler = createSampler(steady);
  const append = async (entry: AuditInput): Promise<AuditEntry> => {
    const written = await file.append(entry);
    const { seq, actor, operation, target, outcome, hash } = written;
    // If the log is shipped elsewhere, the hashes prove later that no entries were cut off the end.
    log.info({ audit: { seq, hash, actor, operation, target, outcome } }, 'Audit.');
    return written;
  };
  return {
    append,
    async sample(entry) {
      const skipped = sampler.take();
      if (skipped === undefined) return;
      const detail = skipped > 0 ? { ...entry.detail, skippedBefore: skipped } : entry.detail;
      await append({ ...entry, ...(detail && { detail }) });
    },
    async list(query) {
      // Includes entries that are being written.
      await file.whileIdle(() => Promise.resolve());
      return listAudit(folder, query);
    },
    async *lines() {
      for (const name of await listFiles(folder)) yield* (await readLines(name)).lines;
    },
    async verify() {
      // While nothing is written, so that the head on disk must be the known one.
      return file.whileIdle(async (head) => {
        const report = await verifyAudit(folder);
        if (report.head?.hash === head.hash || head.seq === 0) return report;
        const message = `The newest entries are missing: the last known one is ${head.seq}.`;
        return {
          ...report,
          ok: false,
          problems: [...report.problems, { file: 'audit.jsonl', line: 0, message }],
        };
      });
    },
  };
}

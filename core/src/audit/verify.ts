import { basename } from 'node:path';
import { isJsonObject } from '@dragoman/plugin';
import { GENESIS, readClaim, readLine } from './chain.ts';
import type { AuditEntry, AuditHead } from './entry.ts';
import { listFiles, readLines } from './files.ts';

/** The result of checking the chain. */
export interface AuditReport {
  readonly ok: boolean;
  readonly entries: number;
  /** The first remaining entry; retention removed those before it. */
  readonly firstSeq: number | null;
  /** Stored elsewhere, it proves later that nothing up to here was changed or removed. */
  readonly head: AuditHead | null;
  /** Whether the last line is incomplete, as after a crash. That does not count as tampering. */
  readonly torn: boolean;
  readonly problems: readonly AuditProblem[];
}

export interface AuditProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const MAX_PROBLEMS = 20;

/** The operation of the entry that records which older entries were removed. */
export const RETENTION = 'audit retention';

/** Checks the whole log of a data folder. Works with and without a running gateway. */
export async function verifyAudit(folder: string): Promise<AuditReport> {
  const files = await listFiles(folder);
  const walk = createWalk();
  let isTorn = false;
  for (const [at, file] of files.entries()) {
    const { lines, torn } = await readLines(file);
    for (const [index, line] of lines.entries()) walk.step(line, { file: basename(file), line: index + 1 });
    isTorn = torn !== '' && at === files.length - 1;
    if (torn !== '' && !isTorn)
      walk.report(
        { file: basename(file), line: lines.length + 1 },
        'The last entry of a full file is truncated.',
      );
  }
  return { ...walk.end(basename(files[0] ?? '')), torn: isTorn };
}

/** The first problem of the newest file, quick enough for every startup. */
export async function checkNewest(folder: string): Promise<AuditProblem | undefined> {
  const file = (await listFiles(folder)).at(-1);
  if (file === undefined) return undefined;
  const walk = createWalk();
  const { lines } = await readLines(file);
  for (const [index, line] of lines.entries()) walk.step(line, { file: basename(file), line: index + 1 });
  return walk.problems[0];
}

type Place = Pick<AuditProblem, 'file' | 'line'>;

interface Walk {
  /** The problems found so far. */
  readonly problems: readonly AuditProblem[];
  step(line: string, place: Place): void;
  report(place: Place, message: string): void;
  end(firstFile: string): Omit<AuditReport, 'torn'>;
}

function createWalk(): Walk {
  const problems: AuditProblem[] = [];
  let entries = 0;
  let first: AuditEntry | undefined;
  let head: AuditHead | undefined;
  let removed: AuditHead | undefined;
  const report = (place: Place, message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ ...place, message });
  };
  return {
    problems,
    report,
    step(line, place) {
      const entry = readLine(line);
      if (!entry) {
        report(place, 'The entry was changed: its hash does not match.');
        // Continues from what the line claims, so that one change is one problem.
        head = readClaim(line) ?? head;
        return;
      }
      if (head && (entry.previous !== head.hash || entry.seq !== head.seq + 1))
        report(place, 'Entries before this one were removed, added or moved: the chain is broken.');
      first ??= entry;
      head = entry;
      entries += 1;
      removed = removedBy(entry) ?? removed;
    },
    end(file) {
      const start = first && { seq: first.seq - 1, hash: first.previous };
      if (start && !isSame(start, GENESIS) && !(removed && isSame(start, removed)))
        report(
          { file, line: 1 },
          'Older entries are missing, and no entry records their removal by retention.',
        );
      return {
        ok: problems.length === 0,
        entries,
        firstSeq: first?.seq ?? null,
        head: head ? { seq: head.seq, hash: head.hash } : null,
        problems,
      };
    },
  };
}

function isSame(one: AuditHead, other: AuditHead): boolean {
  return one.seq === other.seq && one.hash === other.hash;
}

function removedBy({ operation, actor, detail }: AuditEntry): AuditHead | undefined {
  const through = operation === RETENTION && actor.kind === 'gateway' ? detail?.['through'] : undefined;
  if (!isJsonObject(through)) return undefined;
  const { seq, hash } = through;
  return typeof seq === 'number' && typeof hash === 'string' ? { seq, hash } : undefined;
}

import { hash } from 'node:crypto';
import { isJsonObject } from '@dragoman/plugin';
import type { AuditEntry, AuditHead } from './entry.ts';

/** Before the first entry. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** JSON with sorted fields, so that equal values have equal texts; ASCII only, so that no control sequence reaches a terminal. */
function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_, field: unknown) =>
    isJsonObject(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : field,
  );
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The line of an entry that follows another, without the line break. */
export function chainLine(
  entry: Omit<AuditEntry, 'previous' | 'hash'>,
  { hash: previous }: AuditHead,
): string {
  const body = { ...entry, previous };
  return canonicalJson({ ...body, hash: hashOf(body) });
}

/** Reads a line; `undefined` unless it is exactly what {@link chainLine} writes. */
export function readLine(line: string): AuditEntry | undefined {
  try {
    const { hash: claimed, ...body } = JSON.parse(line) as AuditEntry;
    if (typeof body.seq !== 'number' || claimed !== hashOf(body)) return undefined;
    const entry = { ...body, hash: claimed };
    return canonicalJson(entry) === line ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The number and hash that a line claims to have. */
export interface Claim extends AuditHead {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads a line that may have been changed; `undefined` if it is not an entry at all. */
export function readClaim(line: string): Claim | undefined {
  try {
    const { seq, hash: claimed, at } = JSON.parse(line) as Partial<AuditEntry>;
    if (typeof seq !== 'number' || typeof claimed !== 'string') return undefined;
    return { seq, hash: claimed, at: Date.parse(at ?? '') };
  } catch {
    return undefined;
  }
}

function hashOf(body: object): string {
  return hash('sha256', canonicalJson(body));
}

import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditLogInput, openAuditLog } from './audit-log.ts';
import type { AuditInput } from './entry.ts';
import { verifyAudit } from './verify.ts';

const MINUTE = 60_000;
const LOG = { error() {}, warn() {}, info() {}, debug() {} } as unknown as AuditLogInput['log'];

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-audit-'));
  now = Date.parse('2026-11-30T12:00:00Z');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (input: Partial<AuditLogInput> = {}) =>
  openAuditLog({ folder, maxBytes: 1_000_000, maxAgeMs: 1000 * MINUTE, log: LOG, now: () => now, ...input });
const file = (): string => join(folder, 'audit.jsonl');
const text = (): Promise<string> => readFile(file(), 'utf8');
const query = { limit: 50 };

function note(operation: string, more: Partial<AuditInput> = {}): AuditInput {
  return { kind: 'note', actor: { kind: 'session', id: 's1', address: '127.0.0.1' }, operation, ...more };
}

async function fill(count: number): Promise<void> {
  const audit = await open();
  for (let at = 1; at <= count; at += 1) await audit.append(note(`operation ${at}`));
}

describe('the audit log', () => {
  it('writes nothing before the first entry, then for its owner only', async () => {
    const audit = await open();
    expect(await readdir(folder)).toEqual([]);
    await audit.append(note('a'));
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('chains entries, also those that come at once and after another start', async () => {
    const first = await open();
    await Promise.all(['a', 'b', 'c'].map((operation) => first.append(note(operation))));
    const second = await open();
    await second.append(note('d'));
    expect(await second.verify()).toEqual({
      ...{ ok: true, entries: 4, firstSeq: 1, torn: false, problems: [] },
      head: { seq: 4, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
  });

  it('names the file that the system does not let it read', async () => {
    await mkdir(file());
    await expect(open()).rejects.toThrow(`The file ${file()} cannot be read:\n  reading failed (EISDIR)`);
  });

  it('warns at the start when an entry was changed', async () => {
    await fill(3);
    const warnings: object[] = [];
    const log = { ...LOG, warn: (fields: object) => void warnings.push(fields) };
    await open({ log });
    expect(warnings).toEqual([]);
    await writeFile(file(), (await text()).replace('operation 2', 'operation 9'));
    await open({ log });
    expect(warnings).toMatchObject([{ file: 'audit.jsonl', line: 2 }]);
  });

  it('holds any values as they are', async () => {
    const audit = await open();
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.string({ unit: 'binary' }), async (json, reason) => {
        const before = JSON.parse(json) as unknown;
        const { hash } = await audit.append(note('a', { before, reason: reason.toWellFormed() }));
        const { entries } = await audit.list({ limit: 1 });
        expect(entries).toEqual([expect.objectContaining({ hash, before, reason: reason.toWellFormed() })]);
      }),
      { numRuns: 30 },
    );
    expect(await verifyAudit(folder)).toMatchObject({ ok: true });
    // A terminal finds nothing in the file to act on.
    expect(await text()).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('rejects when an entry cannot be written, and goes on when it can', async () => {
    const audit = await open({ folder: join(folder, 'data') });
    await writeFile(join(folder, 'data'), 'in the way');
    await expect(audit.append(note('lost'))).rejects.toThrow('EEXIST');
    await rm(join(folder, 'data'));
    await audit.append(note('kept'));
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 1 });
  });
});

describe('a log that was tampered with', () => {
  const edits: readonly [string, (lines: string[]) => string[]][] = [
    ['a changed value', (lines) => lines.map((line, at) => (at === 2 ? line.replace('s1', 's2') : line))],
    ['a removed entry', (lines) => lines.filter((_, at) => at !== 2)],
    ['a removed start', (lines) => lines.slice(2)],
    ['a repeated entry', (lines) => [...lines.slice(0, 3), ...lines.slice(2)]],
    ['two entries in another order', ([a = '', b = '', ...rest]) => [b, a, ...rest]],
    ['an entry of another form', (lines) => lines.map((line) => line.replace('{', '{ '))],
    ['a doubled field', (lines) => lines.map((line) => line.replace('{', '{"seq":1,'))],
    ['an inserted line', (lines) => [...lines.slice(0, 2), '{}', ...lines.slice(2)]],
  ];

  it.each(edits)('detects %s', async (_, edit) => {
    await fill(5);
    const lines = (await text()).trimEnd().split('\n');
    await writeFile(file(), `${edit(lines).join('\n')}\n`);
    const report = await verifyAudit(folder);
    expect(report.ok).toBe(false);
    expect(report.problems.length).toBeGreaterThan(0);
  });

  it('detects any changed byte', async () => {
    await fill(3);
    const whole = await readFile(file());
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 127 }), async (at, flip) => {
        const altered = Buffer.from(whole);
        altered[at] = (altered[at] ?? 0) ^ flip;
        await writeFile(file(), altered);
        expect((await verifyAudit(folder)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('detects missing entries at the end while the gateway runs', async () => {
    const audit = await open();
    await audit.append(note('a'));
    const short = await text();
    await audit.append(note('b'));
    await writeFile(file(), short);
    expect(await audit.verify()).toMatchObject({
      ok: false,
      problems: [{ message: /newest entries are missing/ }],
    });
    await rm(file());
    expect(await audit.verify()).toMatchObject({ ok: false });
  });
});

describe('a process that died while it wrote', () => {
  it('left half a line, which is no tampering, and is said by the next start', async () => {
    await fill(2);
    await appendFile(file(), '{"actor":{"kind":"gate');
    expect(await verifyAudit(folder)).toMatchObject({ ok: true, entries: 2, torn: true });
    const audit = await open();
    await audit.append(note('next'));
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 4, torn: false });
    const { entries } = await audit.list(query);
    expect(entries[1]).toMatchObject({ operation: 'audit recovery', detail: { incompleteBytes: 22 } });
  });
});

describe('retention', () => {
  it('removes the oldest files by size, says so, and the chain still holds', async () => {
    const audit = await open({ maxBytes: 16_000 });
    for (let at = 0; at < 120; at += 1)
      await audit.append(note(`operation ${at}`, { before: 'x'.repeat(100) }));
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(17_000);
    const report = await audit.verify();
    expect(report).toMatchObject({ ok: true });
    expect(report.firstSeq).toBeGreaterThan(1);
    const { entries } = await audit.list({ ...query, operation: 'retention' });
    expect(entries[0]).toMatchObject({ actor: { kind: 'gateway' } });
  });

  it('removes what is too old', async () => {
    const audit = await open({ maxAgeMs: 80 * MINUTE });
    for (let at = 0; at < 40; at += 1) {
      await audit.append(note(`operation ${at}`));
      now += 10 * MINUTE;
    }
    const { entries } = await audit.list({ limit: 500 });
    expect(Date.parse(entries.at(-1)?.at ?? '')).toBeGreaterThanOrEqual(now - 110 * MINUTE);
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  it('of a file that somebody removed does not pass for retention', async () => {
    const audit = await open({ maxBytes: 16_000 });
    for (let at = 0; at < 20; at += 1) await audit.append(note('a', { before: 'x'.repeat(100) }));
    await rm(join(folder, 'audit-1.jsonl'));
    expect(await verifyAudit(folder)).toMatchObject({ ok: false, problems: [{ message: /missing/ }] });
  });
});

describe('a list', () => {
  it('shows a change with its outcome, the newest first', async () => {
    const audit = await open();
    const begun = await audit.append(note('PATCH /keys/:id', { kind: 'begin', before: { enabled: true } }));
    const lost = await audit.append(note('DELETE /keys/:id', { kind: 'begin' }));
    await audit.append(
      note('PATCH /keys/:id', { kind: 'end', of: begun.seq, outcome: 'done', after: { enabled: false } }),
    );
    const { entries } = await audit.list(query);
    expect(entries).toMatchObject([
      { seq: lost.seq, outcome: 'unknown' },
      { seq: begun.seq, outcome: 'done', before: { enabled: true }, after: { enabled: false } },
    ]);
  });

  it('is filtered and paged', async () => {
    const audit = await open();
    for (let at = 0; at < 5; at += 1) {
      await audit.append(note('a', { target: `/keys/${at}` }));
      await audit.append(note('b', { actor: { kind: 'admin-token', address: '10.0.0.1' } }));
      now += MINUTE;
    }
    const first = await audit.list({ limit: 3, operation: 'a' });
    expect(first.entries.map(({ target }) => target)).toEqual(['/keys/4', '/keys/3', '/keys/2']);
    const second = await audit.list({ limit: 3, operation: 'a', ...(first.next && { cursor: first.next }) });
    expect(second.entries.map(({ target }) => target)).toEqual(['/keys/1', '/keys/0']);
    expect(second.next).toBeUndefined();
    for (const actor of ['admin-token', '10.0.0.1'])
      expect((await audit.list({ ...query, actor })).entries).toHaveLength(5);
    const from = new Date(now - 2 * MINUTE).toISOString();
    expect((await audit.list({ ...query, from })).entries).toHaveLength(4);
    expect((await audit.list({ ...query, to: from, target: '/keys/3' })).entries).toHaveLength(1);
  });
});

describe('what strangers cause', () => {
  it('is written a few times in a while, and counted beyond', async () => {
    const audit = await open();
    for (let at = 0; at < 500; at += 1) await audit.sample(note('POST /session', { outcome: 'refused' }));
    expect((await audit.list(query)).entries).toHaveLength(10);
    now += 15 * MINUTE;
    await audit.sample(note('POST /session', { outcome: 'refused' }));
    const { entries } = await audit.list(query);
    expect(entries).toHaveLength(11);
    expect(entries[0]).toMatchObject({ detail: { skippedBefore: 490 } });
  });
});

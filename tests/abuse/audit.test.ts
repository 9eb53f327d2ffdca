import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../core/src/state/password.ts';
import { type RunningAdmin, startAdmin } from '../support/admin.ts';
import { type CliHome, createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';

const CSRF = { 'x-dragoman-csrf': '1' };
const HASH = await hashPassword('correct horse battery');
const SECRET = 'sk-what-the-parrot-hides';

interface Row {
  readonly seq: number;
  readonly actor: { readonly kind: string; readonly id?: string; readonly address?: string };
  readonly operation: string;
  readonly target?: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly detail?: unknown;
}

describe('the audit log', () => {
  let admin: RunningAdmin;
  beforeEach(async () => {
    admin = await startAdmin();
    await admin.deps.state.update((state) => ({ ...state, settings: { adminPasswordHash: HASH } }));
  });
  afterEach(() => admin.close());

  const folder = (): string => admin.deps.config.data;
  const list = async (query = ''): Promise<readonly Row[]> =>
    ((await admin.call('GET', `/audit${query}`)).body as { readonly entries: readonly Row[] }).entries;
  const newest = async (): Promise<Row | undefined> => (await list('?limit=1'))[0];
  const signIn = async (password: string) => {
    const answer = await admin.call('POST', '/session', { password }, CSRF);
    return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', ...CSRF };
  };

  it('says who changed an upstream, from what to what, without its secret', async () => {
    const session = await signIn('correct horse battery');
    const options = { word: 'Hello.', apiKey: SECRET };
    await admin.call('POST', '/upstreams', { id: 'polly', provider: 'parrot', options }, session);
    await admin.call('PATCH', '/upstreams/polly', { weight: 3, options: { apiKey: `${SECRET}-2` } }, session);
    const { id } = (await list('?operation=/session'))[0]?.actor ?? {};
    expect(await newest()).toMatchObject({
      actor: { kind: 'session', id, address: '127.0.0.1' },
      ...{ operation: 'PATCH /upstreams/:id', target: '/upstreams/polly', outcome: 'done' },
      before: { weight: 1, options: { word: 'Hello.', apiKey: { set: true } } },
      after: { weight: 3, options: { word: 'Hello.', apiKey: { set: true } } },
    });
    await admin.call('DELETE', '/upstreams/polly', undefined, session);
    expect(await newest()).toMatchObject({ outcome: 'done', before: { weight: 3 } });
    expect(await newest()).not.toHaveProperty('after');
    expect(await readFile(join(folder(), 'audit.jsonl'), 'utf8')).not.toContain(SECRET);
  });

  it('says who made a key, and never the key', async () => {
    const made = (await admin.call('POST', '/keys', { name: 'new' })).body as {
      readonly key: { readonly id: string };
      readonly secret: string;
    };
    expect(await newest()).toMatchObject({
      actor: { kind: 'local-token' },
      ...{ operation: 'POST /keys', target: `/keys/${made.key.id}`, outcome: 'done', after: { name: 'new' } },
    });
    await admin.call('PATCH', `/keys/${made.key.id}`, { models: ['a'] });
    expect(await newest()).toMatchObject({ before: { name: 'new' }, after: { name: 'new', models: ['a'] } });
    await admin.call('DELETE', `/keys/${made.key.id}`);
    expect(await newest()).toMatchObject({ outcome: 'done', before: { models: ['a'] } });
    const text = await readFile(join(folder(), 'audit.jsonl'), 'utf8');
    expect(text).not.toContain(made.secret);
    expect(text).not.toMatch(/"hash":"[0-9a-f]{64}","id"/);
  });

  it('says what was refused, and why', async () => {
    await admin.call('DELETE', '/upstreams/nobody');
    expect(await newest()).toMatchObject({
      ...{ operation: 'DELETE /upstreams/:id', target: '/upstreams/nobody', outcome: 'refused' },
      reason: expect.stringContaining('no upstream') as string,
    });
  });

  it('holds changes of aliases and of the password, exports, replays, sign-ins and sign-outs', async () => {
    const session = await signIn('correct horse battery');
    const alias = { name: 'fast', candidates: [{ model: 'grey' }] };
    expect((await admin.call('PUT', '/aliases', alias, session)).status).toBe(200);
    expect(await newest()).toMatchObject({ target: '/aliases/fast', after: { name: 'fast' } });
    await admin.call('PATCH', '/settings', { adminPassword: 'another horse battery' }, session);
    expect(await newest()).toMatchObject({
      before: { adminPassword: { set: true } },
      after: { adminPassword: { set: true } },
    });
    await admin.call('GET', '/audit/export', undefined, session).catch(() => {});
    await admin.call('POST', '/traces/none/replay', {}, session);
    await admin.call('DELETE', '/session', undefined, session);
    const rows = await list();
    expect(rows.map(({ operation }) => operation)).toEqual([
      'DELETE /session',
      'POST /traces/:id/replay',
      'GET /audit/export',
      'PATCH /settings',
      'PUT /aliases',
      'POST /session',
    ]);
    expect(await readFile(join(folder(), 'audit.jsonl'), 'utf8')).not.toContain('horse battery');
  });

  it('holds some wrong sign-ins and wrong tokens, and the number of all others', async () => {
    for (let at = 0; at < 30; at += 1)
      await admin.call('GET', '/keys', undefined, { authorization: `Bearer wrong-${at}` });
    admin.pass(15 * 60_000);
    await admin.call('POST', '/session', { password: 'wrong' }, CSRF);
    const rows = await list();
    expect(rows).toHaveLength(11);
    expect(rows[0]).toMatchObject({
      actor: { kind: 'anybody', address: '127.0.0.1' },
      ...{ operation: 'POST /session', outcome: 'refused', detail: { by: 'password', skippedBefore: 20 } },
    });
    expect(rows[1]).toMatchObject({ operation: 'admin token', target: 'GET /keys' });
    expect(JSON.stringify(rows)).not.toContain('wrong-');
  });

  it('lets nothing be changed while it cannot be written, but lets people in', async () => {
    await mkdir(join(folder(), 'audit.jsonl'));
    expect(await admin.call('POST', '/keys', { name: 'unseen' })).toMatchObject({
      status: 503,
      body: { error: { code: 'unavailable', message: expect.stringContaining('audit log') as string } },
    });
    expect(admin.deps.keys.list()).toEqual([]);
    expect((await admin.call('GET', '/audit/export')).status).toBe(503);
    expect((await admin.call('POST', '/session', { password: 'correct horse battery' }, CSRF)).status).toBe(
      200,
    );
    await rm(join(folder(), 'audit.jsonl'), { recursive: true });
    expect((await admin.call('POST', '/keys', { name: 'seen' })).status).toBe(201);
  });

  it('shows that it was tampered with', async () => {
    await admin.call('POST', '/keys', { name: 'evil' });
    expect((await admin.call('GET', '/audit/verify')).body).toMatchObject({ ok: true, entries: 2 });
    const file = join(folder(), 'audit.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('local-token', 'admin-token'));
    expect((await admin.call('GET', '/audit/verify')).body).toMatchObject({
      ok: false,
      problems: [{ file: 'audit.jsonl', line: 1 }, { line: 2 }],
    });
  });

  it('refuses a query that it does not understand', async () => {
    for (const query of ['?limit=0', '?from=yesterday', '?who=me', '?cursor=x'])
      expect((await admin.call('GET', `/audit${query}`)).status).toBe(400);
  });
});

describe('dragoman audit', () => {
  let home: CliHome;
  beforeEach(async () => {
    home = await createCliHome();
  });
  afterEach(() => home.close());
  const file = (): string => join(home.data, 'audit.jsonl');

  it('lists, verifies and exports without a gateway, and tells a crash from tampering', async () => {
    await home.run(['keys', 'create', 'mine']);
    const listed = await home.run(['audit', 'list']);
    expect(listed.stdout).toMatch(/local-token 127\.0\.0\.1 +POST \/keys +\/keys\/\S+ +done/);
    const whole = await home.run(['audit', 'verify']);
    expect(whole).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is intact: 2 entries') as string,
    });
    const exported = await home.run(['audit', 'export']);
    expect(
      exported.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Row).operation),
    ).toEqual(['POST /keys', 'POST /keys', 'GET /audit/export', 'GET /audit/export']);
    await appendFile(file(), '{"half');
    expect(await home.run(['audit', 'verify'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('incomplete, as after a crash') as string,
    });
    await writeFile(file(), (await readFile(file(), 'utf8')).replace('mine', 'none'));
    const broken = await home.run(['audit', 'verify', '--json']);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false });
  });

  it('shows the start, the first key, and what an edited config file changed, with secrets masked', async () => {
    const config = (
      weight: number,
    ): string => `${IMPORTS} export default { plugins: [openai(), echo()], upstreams: [
      { id: 'one', provider: 'openai', weight: ${weight}, options: { apiKey: '${SECRET}' } },
      { id: 'two', provider: 'echo' },
    ] };`;
    await home.writeConfig(config(1));
    const gateway = await readyGateway(home.start());
    await home.writeConfig(config(5));
    gateway.kill('SIGHUP');
    await gateway.waitFor(/The configuration was reloaded./);
    const listed = await home.run(['audit', 'list', '--json']);
    expect(listed.stdout).not.toContain(SECRET);
    const { entries } = JSON.parse(listed.stdout) as { readonly entries: readonly Row[] };
    const one = (weight: number) => ({
      upstreams: [{ id: 'one', weight, options: { apiKey: { set: true } } }],
    });
    expect(entries).toMatchObject([
      { actor: { kind: 'gateway' }, operation: 'configuration reload', before: one(1), after: one(5) },
      { actor: { kind: 'gateway' }, operation: 'POST /keys', after: { name: 'first key' } },
      { actor: { kind: 'gateway' }, operation: 'gateway start' },
    ]);
    gateway.kill('SIGTERM');
    await gateway.ended;
    expect((await home.run(['audit', 'list', '--limit', '1'])).stdout).toMatch(/gateway stop +done/);
  });
});

import { access, constants, mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { urlsWithUserInfo } from '../../validation/option-urls.ts';
import { verifyAudit } from '../../audit/verify.ts';
import type { ResolvedConfig } from '../../config/resolved.ts';
import { describeUnpriced, type Unpriced } from '../../catalogue/unpriced-models.ts';
import { readRunFile } from '../../state/files/run-file.ts';
import { encodeUrlPart } from '@dragoman/plugin';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command-error.ts';
import { describeError, type PluginView } from '../commands/plugins.ts';
import { readState } from '../read-state.ts';

/** The result of a check. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Whether it works, but deserves attention. */
  readonly isNotice?: true;
  readonly detail: string;
}

/** Turns anything thrown into a failed check. */
export async function check(name: string, run: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await run() };
  } catch (error) {
    return { name, ok: false, detail: oneLine(error instanceof Error ? error.message : String(error)) };
  }
}

function oneLine(text: string): string {
  return text.split(/\n\s*/).join(' ');
}

/** Like {@link check}, for several results. */
export async function checks(name: string, run: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  let found: readonly Check[] = [];
  const failed = await check(name, async () => {
    found = await run();
    return '';
  });
  return failed.ok ? found : [failed];
}

const LEAST_NODE = 24;

export function checkNode(version: string): string {
  if (Number.parseInt(version, 10) >= LEAST_NODE) return version;
  throw new CommandError(`${version} is too old; version ${LEAST_NODE} or newer is needed`);
}

export async function checkFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  const { mode } = await stat(folder);
  if ((mode & 0o007) === 0) return folder;
  throw new CommandError(`${folder} is open to other users; run: chmod o= ${folder}`);
}

export async function checkState(folder: string): Promise<string> {
  const state = await readState(folder);
  if (!state) return 'none yet';
  const exposed = state.upstreams.filter(({ options }) => urlsWithUserInfo(options).length > 0);
  if (exposed.length > 0) {
    const ids = exposed.map(({ id }) => id).join(', ');
    throw new CommandError(
      `the URL of ${ids} contains a user name or password, which is not encrypted; use the credential option`,
    );
  }
  return `stored upstreams: ${state.upstreams.length}, keys: ${state.keys.length}`;
}

/** Keys with access to whole upstream accounts. */
export async function noticeRelays(folder: string): Promise<readonly Check[]> {
  const state = await readState(folder).catch(() => undefined);
  const open = state?.keys.filter(({ relay }) => relay === 'all').map(({ name }) => name) ?? [];
  if (open.length === 0) return [];
  const detail = `these keys have access to whole upstream accounts (relay: 'all'): ${open.join(', ')}`;
  return [{ name: 'keys', ok: true, isNotice: true, detail }];
}

/** Hooks that see nothing, because they are attached to upstreams that do not exist. */
export async function noticeHooks({ data, hooks, upstreams }: ResolvedConfig): Promise<readonly Check[]> {
  const state = await readState(data).catch(() => undefined);
  const known = new Set([...upstreams, ...(state?.upstreams ?? [])].map(({ id }) => id));
  return hooks.flatMap(({ id, on }) => {
    const unknown = on?.upstreams?.filter((name) => !known.has(name)) ?? [];
    if (unknown.length === 0) return [];
    const detail = `it is attached to upstreams that do not exist: ${unknown.join(', ')}`;
    return [{ name: `hook ${id}`, ok: true, isNotice: true, detail }];
  });
}

export async function checkAudit(folder: string): Promise<string> {
  const { entries, problems } = await verifyAudit(folder);
  const [problem] = problems;
  if (!problem) return `${entries} entries`;
  const { file, line, message } = problem;
  throw new CommandError(`${file}:${line}: ${message} For more, run: dragoman audit verify`);
}

export async function checkPort({ data, server, console }: ResolvedConfig): Promise<string> {
  const running = await readRunFile(data);
  if (running) return `the gateway runs at ${running.url}`;
  const { host, port } = server;
  if (console.port !== undefined) await checkFree(console.host ?? host, console.port);
  await checkFree(host, port);
  return `${host}:${port} is free`;
}

async function checkFree(host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;
      reject(new CommandError(`${host}:${port} ${reason}`));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Whether models are refused because they have no price. */
export async function noticeUnpriced(admin: AdminClient): Promise<readonly Check[]> {
  const detail = describeUnpriced(await admin.call<readonly Unpriced[]>('GET', '/limits/unpriced'));
  return detail === undefined ? [] : [{ name: 'prices', ok: true, isNotice: true, detail }];
}

/** The versions of the plugins, and what went wrong in them. */
export async function checkPlugins(admin: AdminClient): Promise<readonly Check[]> {
  const plugins = await admin.call<readonly PluginView[]>('GET', '/plugins');
  return plugins.map((plugin) => {
    const { name, version, apiVersion } = plugin;
    const versions =
      apiVersion === null ? 'it does not say its version' : `${version} for plugin API ${apiVersion}`;
    const error = describeError(plugin);
    const detail = error === undefined ? versions : `${versions}; its last error: ${error}`;
    const isNotice = apiVersion === null || error !== undefined;
    return { name: `plugin ${name}`, ok: true, ...(isNotice && { isNotice }), detail };
  });
}

interface TestResult {
  readonly ok: boolean;
  readonly models?: readonly string[];
  readonly error?: { readonly message: string };
}

/** Tests every upstream in parallel. */
export async function checkUpstreams(admin: AdminClient): Promise<readonly Check[]> {
  type Upstream = { readonly id: string; readonly enabled: boolean };
  const upstreams = await admin.call<readonly Upstream[]>('GET', '/upstreams');
  return Promise.all(
    upstreams.map(({ id, enabled }) =>
      check(`upstream ${id}`, async () => {
        if (!enabled) return 'disabled';
        const path = `/upstreams/${encodeUrlPart(id)}/test`;
        const { ok, models = [], error } = await admin.call<TestResult>('POST', path, {});
        if (ok) return `${models.length} models`;
        throw new CommandError(error?.message ?? 'it failed');
      }),
    ),
  );
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The workspace's tools; what is installed by npm runs with whatever Node it brings. */
export const TSC = join(ROOT, 'node_modules/.bin/tsc');

/** A folder in which all packed packages are installed, as by a stranger. */
export interface Installed {
  /** The tarballs, by their full paths. */
  readonly tarballs: readonly string[];
  /** An ES module package that depends on all of them. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packs every package, and installs the tarballs with plain npm. */
export async function installPacked(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-pack-'));
  const packed = join(folder, 'tarballs');
  await run(process.execPath, [join(ROOT, 'scripts/pack/main.ts'), packed], ROOT);
  const tarballs = (await readdir(packed)).map((name) => join(packed, name));
  const project = join(folder, 'project');
  await run('mkdir', [project], folder);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'stranger', type: 'module' }));
  await install(project, tarballs);
  return { tarballs, folder: project, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Installs packages with npm. */
export function install(folder: string, packages: readonly string[]): Promise<string> {
  return run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], folder);
}

const execute = promisify(execFile);

/** Runs a command to its end, and returns its output. Rejects with it if the command fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, env: ownEnv(), maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A gateway that was started from the packed command. */
export interface Started {
  readonly output: () => string;
  /** `http://127.0.0.1:port/v1` */
  readonly baseUrl: string;
  readonly key: string;
  stop(): Promise<void>;
}

/** Starts the command `dragoman` of an installation in a folder, and waits for its banner. */
export async function startPacked(
  { folder }: Pick<Installed, 'folder'>,
  cwd: string,
  args: readonly string[] = [],
): Promise<Started> {
  const command = join(folder, 'node_modules/.bin/dragoman');
  const child = spawn(command, [...args, '--port', '0'], { cwd, env: ownEnv() });
  let text = '';
  const ready = new Promise<void>((resolve, reject) => {
    const take = (data: Buffer): void => {
      text += data.toString('utf8');
      if (/Data .*\n/.test(text)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`It ended with ${code}:\n${text}`)));
  });
  await ready;
  const read = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  return {
    output: () => text,
    baseUrl: read(/Base URL +(\S+)/),
    key: read(/Client key +(\S+)/),
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The variables of whoever runs the tests must not decide. */
function ownEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:DRAGOMAN_|npm_|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

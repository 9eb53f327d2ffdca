import { execFile } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../../../command-error.ts';
import { print } from '../../../output.ts';

const run = promisify(execFile);

/** A package as npm packs it. */
export interface Packed {
  /** Where it was unpacked: as if it were installed. */
  readonly folder: string;
  readonly files: readonly string[];
}

/** Packs a package, which builds it, and installs it below a folder without its dependencies. */
export async function pack(
  root: string,
  { place, name }: { readonly place: string; readonly name: string },
): Promise<Packed> {
  const folder = join(place, 'node_modules', name);
  try {
    await run('npm', ['pack', '--pack-destination', place, '--loglevel', 'error'], { cwd: root });
    const { stdout: listed } = await run('sh', ['-c', 'ls *.tgz'], { cwd: place });
    const tarball = listed.trim();
    const { stdout } = await run('tar', ['-tzf', tarball], { cwd: place });
    await run('tar', ['-xzf', tarball], { cwd: place });
    await mkdir(dirname(folder), { recursive: true });
    await rename(join(place, 'package'), folder);
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
    return { folder, files };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    print(...`${stdout}${stderr}`.trimEnd().split('\n'));
    throw new CommandError('npm pack failed.', error);
  }
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../../../command-error.ts';
import { print } from '../../../output.ts';
import { contractProblems } from './contract.ts';
import { findLeaks } from './leaks.ts';
import { loadPlugins } from './load-plugins.ts';
import { manifestProblems, readManifest } from './manifest.ts';
import { pack } from './pack.ts';

export interface CheckFlags {
  readonly contract: boolean;
}

/** Packs a plugin and looks at the tarball as those who install it will. Fails if anything is wrong. */
export async function check(folder: string | undefined, { contract }: CheckFlags): Promise<void> {
  const root = resolve(folder ?? '.');
  if (!existsSync(join(root, 'package.json'))) throw new CommandError(`${root} has no package.json.`);
  const manifest = await readManifest(root);
  // Within the project, so that the plugin finds its peers there.
  const place = await mkdtemp(join(root, '.dragoman-check-'));
  try {
    const packed = await pack(root, { place, name: manifest.name });
    const loaded = await loadPlugins(manifest.name, place);
    const problems = [
      ...manifestProblems(manifest, packed.files),
      ...(await findLeaks(packed)),
      ...loaded.problems,
      ...(contract && loaded.problems.length === 0 ? await contractProblems(root, { place, manifest }) : []),
    ];
    for (const line of loaded.found) print(line);
    print(...problems.flatMap((problem) => `- ${problem}`.trimEnd().split('\n')));
    if (problems.length > 0) throw new CommandError(`${manifest.name} should not be published like this.`);
    print(`${manifest.name} ${manifest.version} can be published: ${packed.files.length} files.`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

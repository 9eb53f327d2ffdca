/** Builds and packs every package that is published: `npm run pack [folder]`. The console has been built before. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildPackages, ROOT, run } from './build.ts';

const tarballs = resolve(process.argv[2] ?? join(ROOT, 'build/tarballs'));
const built = buildPackages();
mkdirSync(tarballs, { recursive: true });
for (const { target } of built) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs];
  const [{ filename }] = JSON.parse(run('npm', args, target)) as [{ readonly filename: string }];
  process.stdout.write(`${join(tarballs, filename)}\n`);
}

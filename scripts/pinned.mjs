// What runs before any package is checked is itself checked against hashes in this repository: the package
// manager and Node. Plain JavaScript for the machine's own Node.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The pinned pnpm as a command, installed when it is missing. npm compares what it downloads with the hashes in
 * scripts/pnpm/package-lock.json. For systems without a known hash it is `undefined`.
 */
export function installPnpm(root, { run, tell, fail }) {
  const source = join(root, 'scripts', 'pnpm');
  const { packages } = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8'));
  const name = `node_modules/@pnpm/exe.${process.platform}-${process.arch}`;
  if (!packages[name] || isMusl()) return undefined;
  const lockHash = sha256(join(source, 'package-lock.json'));
  const folder = join(root, 'node_modules', '.tools', `pnpm-${lockHash.slice(0, 16)}`);
  const command = join(folder, name, 'pnpm');
  if (existsSync(command)) return command;
  tell('Fetching the package manager …');
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(source, file), join(folder, file));
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder], {
    quiet: true,
    cwd: folder,
  });
  // npm leaves out an optional package whose hash is wrong without a word.
  if (!existsSync(command))
    fail('The pinned pnpm could not be fetched, or is not the one of its pinned hash.');
  return command;
}

/** Ends the run unless the installed Node is the very file that this repository pins. */
export function checkNode(root, { fail }) {
  const path = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(path)) return;
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const system = `${process.platform}-${process.arch}`;
  const version = optionalDependencies[`node-${system}`];
  const digests = JSON.parse(readFileSync(join(root, 'scripts', 'node-digests.json'), 'utf8'));
  const expected = digests[version]?.[system];
  if (expected === undefined) return;
  if (sha256(realpathSync(path)) !== expected)
    fail(`${path} is not the Node ${version} whose hash is pinned.`);
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The pinned binaries need glibc. */
function isMusl() {
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
}

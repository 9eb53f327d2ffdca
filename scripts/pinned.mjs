// Checks the package manager and Node against hashes in this repository, before any package is installed. Plain
// JavaScript, because the machine's own Node runs it.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from '../core/src/cli/progress.mjs';

/**
 * The pinned pnpm as a command, installed when it is missing. npm compares what it downloads with the hashes in
 * scripts/pnpm/package-lock.json. For systems without a known hash it is `undefined`.
 */
export async function installPnpm(root, { run, fail }) {
  const source = join(root, 'scripts', 'pnpm');
  const { packages } = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8'));
  const name = `node_modules/@pnpm/exe.${process.platform}-${process.arch}`;
  if (!packages[name] || isMusl()) return undefined;
  const lockHash = sha256(join(source, 'package-lock.json'));
  const folder = join(root, 'node_modules', '.tools', `pnpm-${lockHash.slice(0, 16)}`);
  const command = join(folder, name, 'pnpm');
  if (existsSync(command)) return command;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(source, file), join(folder, file));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await withProgress('Fetching the package manager', () => run('npm', args, { quiet: true, cwd: folder }));
  // npm silently skips an optional package with a wrong hash.
  if (!existsSync(command)) fail('The pinned pnpm could not be fetched, or its hash is wrong.');
  return command;
}

/** Fails unless the installed Node has the pinned hash. */
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
    fail(`${path} does not have the pinned hash of Node ${version}.`);
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The pinned binaries need glibc. */
function isMusl() {
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
}

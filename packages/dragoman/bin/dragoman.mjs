#!/usr/bin/env node
// Plain JavaScript, because whatever Node is there runs it. The gateway itself runs on Node 24, which is installed along.
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become } from './become.mjs';

const LEAST_NODE = 24;

/** The Node that came with this package; else the one that runs this, if it is new enough. */
function findNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const path = join(folder, 'bin', 'node');
    if (existsSync(path)) return path;
  } catch {
    // Not every system has one.
  }
  return Number(process.versions.node.split('.')[0]) >= LEAST_NODE ? process.execPath : undefined;
}

const node = findNode();
if (node === undefined) {
  process.stderr.write(
    `Dragoman needs Node ${LEAST_NODE} or newer; this is ${process.version}. Please install it first.\n`,
  );
  process.exit(1);
}
const entry = realpathSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)));
become([entry, ...process.argv.slice(2)], { node });

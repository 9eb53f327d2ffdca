import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { holdHangups } from '@dragoman/core/cli/hangups';
import { importFromHere } from './import-from-here.ts';

// Before everything else is loaded, which takes a moment.
const [, , command = 'start'] = process.argv;
if (command === 'start' || command.startsWith('-')) holdHangups();

/** Beside the compiled package; in the repository, where Next writes it. */
const CONSOLES = ['../console', '../../../console/out'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

importFromHere(import.meta.url);
const { runCommand } = await import('@dragoman/core/cli');
const { newConfig } = await import('create-dragoman');
await runCommand(process.argv, { consoleFolder: CONSOLES.find((folder) => existsSync(folder)), newConfig });

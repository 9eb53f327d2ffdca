import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAliases } from './aliases.ts';
import { addAudit } from './audit.ts';
import { CommandError } from './command-error.ts';
import { addDoctor } from './doctor.ts';
import { addHealth } from './health.ts';
import { addKeys } from './keys.ts';
import { addModels } from './models.ts';
import { addReload } from './reload.ts';
import { addSessions } from './sessions.ts';
import { addSignInLink } from './sign-in-link.ts';
import { addStart } from './start.ts';
import { addTraces } from './traces.ts';
import { addUpstreams } from './upstreams.ts';
import { ConfigError } from '../config/config-error.ts';
import { StateError } from '../state/state-error.ts';
import { visible } from '../visible-text.ts';

const program = new Command('dragoman')
  .description('A gateway between LLM clients and LLM upstreams.')
  .version(manifest.version);

for (const add of [
  addStart,
  addReload,
  addUpstreams,
  addAliases,
  addHealth,
  addKeys,
  addModels,
  addTraces,
  addAudit,
  addSignInLink,
  addSessions,
  addDoctor,
])
  add(program);

/** Runs the command that the process was started with. */
export async function runCommand(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    const isExpected = [CommandError, ConfigError, StateError].some((kind) => error instanceof kind);
    const text = (isExpected ? (error as Error).message : (error as Error).stack) ?? String(error);
    // Lists of problems have several lines; what a command says of stored text has one.
    const lines = error instanceof CommandError ? [text] : text.split('\n');
    process.stderr.write(lines.map((line) => `${visible(line)}\n`).join(''));
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

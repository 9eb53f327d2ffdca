import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAliases } from './commands/aliases.ts';
import { addAudit } from './commands/audit.ts';
import { CommandError } from './command-error.ts';
import { addDoctor } from './doctor/doctor.ts';
import { addHealth } from './commands/health.ts';
import { addKeys } from './commands/keys.ts';
import { addModels } from './commands/models.ts';
import { addReload } from './commands/reload.ts';
import { addSessions } from './commands/sessions.ts';
import { addSignInLink } from './commands/sign-in-link.ts';
import { addStart } from './commands/start.ts';
import { addTraces } from './commands/traces.ts';
import { addUpstreams } from './commands/upstreams.ts';
import { ConfigError } from '../validation/config-error.ts';
import { StateError } from '../state/files/state-error.ts';
import { visible } from '../text/visible-text.ts';

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
    // Lists of problems have several lines; stored text has one.
    const lines = error instanceof CommandError ? [text] : text.split('\n');
    process.stderr.write(lines.map((line) => `${visible(line)}\n`).join(''));
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

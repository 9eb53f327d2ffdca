import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAliases } from './commands/aliases.ts';
import { addAudit } from './commands/audit.ts';
import { CommandError } from './command-error.ts';
import { addDoctor } from './doctor/doctor.ts';
import { addHealth } from './commands/health.ts';
import { addKeys } from './commands/keys.ts';
import { addModels } from './commands/models.ts';
import { addPlugins } from './commands/plugins.ts';
import { addPlugin } from './commands/plugin/plugin.ts';
import { addReload } from './commands/reload.ts';
import { addSessions } from './commands/sessions.ts';
import { addSignInLink } from './commands/sign-in-link.ts';
import { addStart } from './commands/start.ts';
import { addTraces } from './commands/traces.ts';
import { addUpstreams } from './commands/upstreams.ts';
import { ConfigError } from '../validation/config-error.ts';
import { StateError } from '../state/files/state-error.ts';
import { visible } from '../text/visible-text.ts';

/** What the program that runs the commands brings along. */
export interface CliSetup {
  /** The folder of the built console. */
  readonly consoleFolder: string | undefined;
  /** The text of a new `gateway.config.ts`. */
  readonly newConfig: string;
}

function createProgram(setup: CliSetup): Command {
  const program = new Command('dragoman')
    .description(
      'A gateway between LLM clients and LLM upstreams. Without a command: start, with a new config file if there is none.',
    )
    .version(manifest.version);
  addStart(program, setup);
  for (const add of [
    addReload,
    addUpstreams,
    addAliases,
    addHealth,
    addKeys,
    addModels,
    addPlugin,
    addPlugins,
    addTraces,
    addAudit,
    addSignInLink,
    addSessions,
    addDoctor,
  ])
    add(program);
  return program;
}

/** Without a command, the gateway starts. */
function commandOf(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  const isAsking = ['-h', '--help', '-V', '--version'].includes(first);
  return isAsking || (first !== '' && !first.startsWith('-')) ? args : ['start', '--init', ...args];
}

/** Runs the command that a process was started with. `argv` is as in `process.argv`. */
export async function runCommand(argv: readonly string[], setup: CliSetup): Promise<void> {
  try {
    await createProgram(setup).parseAsync(commandOf(argv.slice(2)), { from: 'user' });
  } catch (error) {
    const isExpected = [CommandError, ConfigError, StateError].some((kind) => error instanceof kind);
    const text = (isExpected ? (error as Error).message : (error as Error).stack) ?? String(error);
    // Lists of problems have several lines; stored text has one.
    const lines = error instanceof CommandError ? [text] : text.split('\n');
    process.stderr.write(lines.map((line) => `${visible(line)}\n`).join(''));
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  }
}

import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAliases } from './cli/aliases.ts';
import { addAudit } from './cli/audit.ts';
import { CommandError } from './cli/command-error.ts';
import { addDoctor } from './cli/doctor.ts';
import { addHealth } from './cli/health.ts';
import { addKeys } from './cli/keys.ts';
import { addModels } from './cli/models.ts';
import { addReload } from './cli/reload.ts';
import { addSessions } from './cli/sessions.ts';
import { addSignInLink } from './cli/sign-in-link.ts';
import { addStart } from './cli/start.ts';
import { addTraces } from './cli/traces.ts';
import { addUpstreams } from './cli/upstreams.ts';
import { ConfigError } from './config/config-error.ts';
import { StateError } from './state/state-error.ts';
import { visible } from './visible-text.ts';

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

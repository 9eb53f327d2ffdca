import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { CommandError } from './cli/admin-client.ts';
import { addDoctor } from './cli/doctor.ts';
import { addKeys } from './cli/keys.ts';
import { addModels } from './cli/models.ts';
import { addStart } from './cli/start.ts';
import { addUpstreams } from './cli/upstreams.ts';
import { ConfigError } from './config/config-error.ts';

const program = new Command('dragoman')
  .description('A gateway between LLM clients and LLM upstreams.')
  .version(manifest.version)
  .showHelpAfterError();

const common = (command: Command): Command =>
  command
    .option('--config <file>', 'the config file (default: gateway.config.ts)')
    .option('--data <folder>', 'where the state is kept')
    .option('--json', 'print JSON');

addStart(program);
addUpstreams(program, common);
addKeys(program, common);
addModels(program, common);
addDoctor(program, common);

try {
  await program.parseAsync();
} catch (error) {
  const isExpected = error instanceof CommandError || error instanceof ConfigError;
  process.stderr.write(`${isExpected ? error.message : (error as Error).stack}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

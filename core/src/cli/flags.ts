import type { Command } from 'commander';
import { defined } from '../canonical/json.ts';
import type { LoadInput } from '../config/load.ts';

/** What all commands take to find the gateway. */
export interface ConfigFlags {
  readonly config?: string;
  readonly data?: string;
}

/** What all commands take that only look or change something. */
export interface CommonFlags extends ConfigFlags {
  readonly json?: boolean;
}

export function addConfigFlags(command: Command): Command {
  return command
    .option('--config <file>', 'the config file (default: gateway.config.ts)')
    .option('--data <folder>', 'where the state is kept');
}

export function addCommonFlags(command: Command): Command {
  return addConfigFlags(command).option('--json', 'print JSON');
}

/** How the flags of a command reach the configuration. */
export function loadInput({ config, data }: ConfigFlags): LoadInput {
  return defined({ file: config, flags: defined({ data }) });
}

import type { Command } from 'commander';
import { defined } from '@dragoman/plugin';
import type { LoadInput } from '../config/load.ts';

/** The flags of all commands that find the gateway. */
export interface ConfigFlags {
  readonly config?: string;
  readonly data?: string;
}

/** The flags of all commands that only read or change something. */
export interface CommonFlags extends ConfigFlags {
  readonly json?: boolean;
}

export function addConfigFlags(command: Command): Command {
  return command
    .option('--config <file>', 'the config file (default: gateway.config.ts or .js)')
    .option('--data <folder>', 'the data folder');
}

export function addCommonFlags(command: Command): Command {
  return addConfigFlags(command).option('--json', 'print JSON');
}

/** Converts the flags of a command to input for the configuration. */
export function loadInput({ config, data }: ConfigFlags): LoadInput {
  return defined({ file: config, flags: defined({ data }) });
}

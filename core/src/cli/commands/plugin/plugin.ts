import type { Command } from 'commander';
import { check } from './check/check.ts';
import { dev } from './dev.ts';

export function addPlugin(program: Command): void {
  const plugin = program.command('plugin').description('Write a plugin.');
  plugin
    .command('dev')
    .description('Run a gateway with the plugin of this folder, and restart it whenever a source changes.')
    .option('--config <file>', 'the config file of its playground', 'playground/gateway.config.ts')
    .option('--data <folder>', 'the data folder; by default beside the config file')
    .option('--port <number>', 'the port to listen on; 0 takes a free one')
    .option('--inspect [address]', "open Node's inspector")
    .option('--ask <text>', 'ask the first model this after each start, and print its answer')
    .option('--tool <name>', 'offer the model a tool of this name with the question')
    .action(dev);
  plugin
    .command('check [folder]')
    .description('Pack the plugin of this folder, and check what would be published.')
    .option('--no-contract', 'do not run its tests')
    .action(check);
}

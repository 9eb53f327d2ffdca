import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CommandError } from '../../command-error.ts';
import { print } from '../../output.ts';
import { askFirst } from './ask-first.ts';
import { createGatewayChild } from './gateway-child.ts';
import { watchSources } from './watch-sources.ts';

export interface DevFlags {
  readonly config: string;
  /** By default beside the config file, where other commands look for it, too. */
  readonly data?: string;
  readonly port?: string;
  /** `true`: on Node's default port. */
  readonly inspect?: string | true;
  readonly ask?: string;
  /** The name of a tool to offer with the question. */
  readonly tool?: string;
}

/** Runs a gateway with the plugin of this folder, and restarts it whenever a source changes. */
export async function dev({ config, data, port, inspect, ask, tool }: DevFlags): Promise<void> {
  if (!existsSync(config)) {
    throw new CommandError(
      `There is no ${config}. Run this in the folder of a plugin, or name its config file with --config.`,
    );
  }
  const folder = resolve(data ?? join(dirname(config), 'data'));
  const child = createGatewayChild({
    nodeArgs: inspect === undefined ? [] : [inspect === true ? '--inspect' : `--inspect=${inspect}`],
    args: ['--config', config, '--data', folder, ...(port === undefined ? [] : ['--port', port])],
    data: folder,
  });
  const run = async (): Promise<void> => {
    const running = await child.restart();
    if (!running) return print('The gateway has ended; it starts again with the next change.');
    if (ask === undefined) return;
    print(await askFirst(running, { text: ask, tool }).catch((error: unknown) => String(error)));
  };
  // A change during a start needs another restart.
  let last = run();
  let isWaiting = false;
  const stopWatching = watchSources(process.cwd(), (path) => {
    if (isWaiting) return;
    isWaiting = true;
    last = last.then(() => {
      isWaiting = false;
      print(`${relative(process.cwd(), path)} has changed: the gateway restarts …`);
      return run();
    });
  });
  const stop = (): void => {
    stopWatching();
    void child.stop().then(() => process.exit());
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await last;
}

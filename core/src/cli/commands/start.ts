import { type Command, Option } from 'commander';
import { loadConfig } from '../../config/load.ts';
import type { ResolvedConfig } from '../../config/resolved.ts';
import { createGateway, type Gateway } from '../../gateway.ts';
import { banner } from '../banner.ts';
import { CommandError } from '../command-error.ts';
import { addConfigFlags, type ConfigFlags, loadInput } from '../flags.ts';
import { type NewConfig, writeNewConfig } from '../new-config.ts';
import { print } from '../output.ts';
import { reloadOnChange } from '../reload-on-change.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { surviveErrors } from '../survive-errors.ts';
import { logEveryFault } from '../../upstreams/provider-calls/provider-faults.ts';

interface StartFlags extends ConfigFlags {
  readonly host?: string;
  readonly port?: string;
  readonly auth: boolean;
  readonly allowOpen?: boolean;
  readonly watch?: boolean;
  readonly init?: boolean;
  /** Of `dragoman plugin dev`: log every fault of providers. */
  readonly everyFault?: boolean;
}

/** What starting a gateway needs of the program. */
export type StartSetup = NewConfig & { readonly consoleFolder: string | undefined };

export function addStart(program: Command, setup: StartSetup): void {
  addConfigFlags(program.command('start').description('Start the gateway.'))
    .option('--host <address>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0 takes a free one')
    .option('--no-auth', 'serve without keys; on loopback only')
    .option('--allow-open', 'serve without keys to everyone who can reach the address')
    .option(
      '--watch',
      'reload the config file and the plugins beside it whenever they change; SIGHUP and `dragoman reload` work at any time',
    )
    .option('--init', 'first write a config file if there is none')
    .addOption(new Option('--every-fault').hideHelp())
    .action((flags: StartFlags) => start(flags, setup));
}

/** Output may go to a full disk, or to a reader that is gone. The gateway serves without it. */
function survivePrinting(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

async function start(
  { host, port, auth, allowOpen, watch = false, init = false, everyFault, ...flags }: StartFlags,
  setup: StartSetup,
): Promise<void> {
  const given = loadInput(flags);
  if (init) writeNewConfig(given, setup);
  const input = {
    ...given,
    flags: {
      ...given.flags,
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : Number.NaN }),
      ...(!auth && { auth }),
      ...(allowOpen !== undefined && { allowOpen }),
    },
  };
  survivePrinting();
  if (everyFault) logEveryFault();
  const stray = surviveErrors();
  const config = await loadConfig(input);
  let onLoad = (): void => {};
  const gateway = await createGateway(config, {
    consoleFolder: setup.consoleFolder,
    makesFirstKey: config.log.printsSecrets,
    load: () => loadConfig(input).finally(() => onLoad()),
  });
  stray.logTo(gateway.log);
  // A reload waits for it: the audit log has the start first.
  const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
  const reload = async (): Promise<readonly string[]> => {
    await started;
    return gateway.reload();
  };
  await listen(gateway, config, (url) => {
    stopOnSignal(gateway);
    const { log } = gateway;
    if (config.file !== undefined) {
      onLoad = reloadOnChange({ gateway: { log, reload }, file: config.file, watches: watch });
    }
    // What people read comes before the log of the start.
    print(...banner(gateway, config, config.server.publicUrl ?? url).split('\n'));
  });
  onStarted();
}

async function listen(
  gateway: Gateway,
  { server: { host, port } }: ResolvedConfig,
  onStart: (url: string) => void,
): Promise<void> {
  try {
    await gateway.listen(onStart);
  } catch (error) {
    await gateway.close();
    const { code, port: used = port } = error as NodeJS.ErrnoException & { readonly port?: number };
    if (code === 'EADDRINUSE') {
      const remedy = used === port ? 'choose another with --port' : 'choose another in the config file';
      throw new CommandError(`Port ${used} of ${host} is in use; ${remedy}.`);
    }
    if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(code ?? '')) {
      throw new CommandError(`Cannot listen on ${host}:${used} (${code}).`);
    }
    throw error;
  }
}

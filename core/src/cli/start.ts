import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { CommandError, type ConfigFlags, loadInput } from './admin-client.ts';
import { print } from './output.ts';

interface StartFlags extends ConfigFlags {
  readonly host?: string;
  readonly port?: string;
  readonly auth: boolean;
  readonly allowOpen?: boolean;
}

export function addStart(program: Command): void {
  program
    .command('start')
    .description('Start the gateway.')
    .option('--config <file>', 'the config file (default: gateway.config.ts)')
    .option('--data <folder>', 'where the state is kept')
    .option('--host <address>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0 takes a free one')
    .option('--no-auth', 'serve without keys; on loopback only')
    .option('--allow-open', 'serve without keys to everybody who can reach the address')
    .action(start);
}

async function start({ host, port, auth, allowOpen, ...flags }: StartFlags): Promise<void> {
  const input = loadInput(flags);
  const config = await loadConfig({
    ...input,
    flags: {
      ...input.flags,
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port: Number(port) }),
      ...(!auth && { auth }),
      ...(allowOpen !== undefined && { allowOpen }),
    },
  });
  const gateway = await createGateway(config);
  const url = await listen(gateway, config);
  print(banner(gateway, config, url));
  stopOnSignal(gateway);
}

async function listen(gateway: Gateway, { server }: ResolvedConfig): Promise<string> {
  try {
    return (await gateway.listen()).url;
  } catch (error) {
    await gateway.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandError(`Port ${server.port} of ${server.host} is in use; choose another with --port.`);
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new CommandError(`Cannot listen on ${server.host}:${server.port} (${code}).`);
    }
    throw error;
  }
}

function banner(gateway: Gateway, { auth, server, data }: ResolvedConfig, url: string): string {
  // Nobody can browse to "all addresses".
  const shown = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:');
  const key = gateway.firstKey
    ? `${gateway.firstKey}  (made now, shown this once)`
    : `as before; more with: dragoman keys create`;
  const lines = [
    ['Base URL', `${shown}/v1`],
    ['Client key', auth ? key : 'none needed'],
    ['Console', `${shown}/console/`],
    ['Sign in', gateway.signInLink().replace(url, shown)],
    ['Data', data],
    ...(server.port === 0 ? [] : [['Stop', 'Ctrl-C']]),
  ];
  const rows = lines.map(([label = '', value = '']) => `  ${label.padEnd(11)} ${value}`);
  return ['', '  Dragoman is ready.', '', ...rows, ''].join('\n');
}

/** The first signal lets running requests end; the second does not wait. */
function stopOnSignal(gateway: Gateway): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The gateway did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

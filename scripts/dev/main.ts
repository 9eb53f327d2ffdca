/** `npm run dev`: the gateway and the console at one address, each of them new after every edit. See CONTRIBUTING.md. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defined } from '../../packages/plugin/src/canonical/json.ts';
import { loadConfig } from '../../core/src/config/load.ts';
import { startConsole } from './console-process.ts';
import { createDevServer } from './dev-server.ts';
import { startGateway } from './gateway-process.ts';
import { createKeptSessions } from './kept-sessions.ts';
import { signIn } from './sign-in.ts';
import { watchFiles } from './watch-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled');
const HOST = '127.0.0.1';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string' },
    config: { type: 'string' },
    data: { type: 'string' },
    auth: { type: 'boolean', default: true },
    console: { type: 'boolean', default: true },
    inspect: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const {
  file = ROOT,
  data,
  server,
} = await loadConfig(
  defined({
    file: flags.config,
    flags: defined({ data: flags.data, port: flags.port === undefined ? undefined : Number(flags.port) }),
  }),
);

const sessions = createKeptSessions(async () => {
  const running = await gateway.running();
  return running ? signIn(running) : '';
});
const entrance = createDevServer({
  gateway: async () => addressOf((await gateway.running())?.url),
  async admin() {
    const running = await gateway.running();
    return addressOf(running?.admin?.url ?? running?.url);
  },
  ...(flags.console && { console: async () => addressOf((await nextDev)?.url) }),
  sessions,
});
entrance.listen(server.port, HOST);
await once(entrance, 'listening');
const url = `http://${HOST}:${(entrance.address() as AddressInfo).port}`;

const gateway = startGateway({
  nodeArgs: flags.inspect ? ['--inspect'] : [],
  args: [
    ...['--host', HOST, '--port', '0', '--config', file, '--data', data],
    ...(flags.auth ? [] : ['--no-auth']),
  ],
  // What has not changed is not compiled again.
  env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, DRAGOMAN_PUBLIC_URL: url },
  data,
  onEnd: () => console.error('The gateway has ended; it starts again with the next change.'),
});
const nextDev = flags.console ? startConsole(process.env) : undefined;

async function restart(reason: string): Promise<void> {
  const begun = performance.now();
  console.log(`${reason}: the gateway restarts …`);
  sessions.renew();
  if (await gateway.restart()) console.log(`Restarted in ${Math.round(performance.now() - begun)} ms.`);
}

const stopWatching = watchFiles({
  trees: [join(ROOT, 'core', 'src'), join(ROOT, 'packages'), join(ROOT, 'plugins')],
  // The config file, `.env`, and plugins beside them.
  folders: [dirname(file)],
  onChange: (path) => void restart(`${relative(process.cwd(), path)} has changed`),
});

async function stop(): Promise<void> {
  stopWatching();
  entrance.close();
  entrance.closeAllConnections();
  await Promise.all([gateway.stop(), nextDev?.then((process) => process.stop())]);
  process.exit();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
process.on('SIGHUP', () => void restart('SIGHUP'));

function addressOf(text: string | undefined): URL | undefined {
  return text === undefined ? undefined : new URL(text);
}

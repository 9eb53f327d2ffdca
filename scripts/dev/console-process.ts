import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endProcess, hasEnded } from './end-process.ts';

const FOLDER = fileURLToPath(new URL('../../console/', import.meta.url));

/** Its own addresses would mislead: it is reached through ours. */
const MISLEADING = /^\s*$|▲|- (?:Local|Network):/;

/** How often it is looked for while it starts. */
const LOOK_MS = 50;

export interface ConsoleProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `next dev` on a free port of this machine, and shows what it says. */
export async function startConsole(env: NodeJS.ProcessEnv): Promise<ConsoleProcess> {
  const port = await freePort();
  const child = spawn('next', ['dev', '--hostname', '127.0.0.1', '--port', String(port)], {
    ...{ cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'pipe'] },
    // It starts workers of its own, which end with their group.
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      if (!MISLEADING.test(line)) console.log(`console │ ${line}`);
    });
  }
  child.on('error', (error) => console.error(`The console did not start: ${error.message}`));
  await untilListening(port, child);
  return { url: `http://127.0.0.1:${port}`, stop: () => endProcess(child, { isGroup: true }) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (!hasEnded(child)) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await sleep(LOOK_MS);
  }
}

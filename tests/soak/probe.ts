/** Loaded into the gateway's process with `--import`: tells its memory and its open handles on a port of loopback. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** What the process holds after a full garbage collection. */
export interface Sample {
  /** In bytes. */
  readonly rss: number;
  /** Of the main thread, in bytes. */
  readonly heap: number;
  /** Open handles and requests by their type, such as `TCPSocketWrap`. */
  readonly handles: Readonly<Record<string, number>>;
}

function take(collect: () => void): Sample {
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) handles[type] = (handles[type] ?? 0) + 1;
  return { rss, heap: heapUsed, handles };
}

const { SOAK_PROBE_FILE: file } = process.env;
if (isMainThread && file !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = createServer((_, response) => {
    response.setHeader('connection', 'close').end(JSON.stringify(take(collect)));
  });
  server.listen(0, '127.0.0.1', () => {
    writeFileSync(file, String((server.address() as AddressInfo).port));
    server.unref();
  });
}

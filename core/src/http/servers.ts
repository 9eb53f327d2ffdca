import type { RequestListener } from 'node:http';
import type Router from '@koa/router';
import type { Middleware } from 'koa';
import { isConsoleApart } from '../config/sections/console.ts';
import { type AppDeps, createApp } from './app.ts';
import { refuseClients } from './console-guard.ts';
import { NO_RECORDER } from './recording/recorder.ts';
import { createHttpServer, type Drain, type HttpServer } from './server.ts';
import type { Tls } from './tls.ts';
import { urlOf } from './url-of.ts';
import { hostNameOf } from '../transport/loopback.ts';

export interface ServersInput extends Omit<AppDeps, 'routers' | 'console' | 'guard'> {
  /** The protocols; absent if only the admin API is served. */
  readonly protocols?: Router;
  readonly info?: Router;
  readonly metrics?: Router | undefined;
  readonly admin: Router;
  readonly consoleFiles: Middleware;
  readonly tls?: Tls;
}

/** The gateway's URLs. */
export interface Addresses {
  /** For clients. */
  readonly url: string;
  /** For calls from this machine to the clients' routes. */
  readonly innerUrl: string;
  /** For browsers that open the console. */
  readonly consoleUrl: string;
  /** For the command line on this machine: the admin API's URL, and the `Host` that it needs. */
  readonly admin: { readonly url: string; readonly host?: string };
  /** Absent if metrics have no port of their own. */
  readonly metricsUrl?: string;
}

export interface Servers {
  /** Accepts connections. Requests wait until `open`. */
  listen(): Promise<Addresses>;
  /** Absent before `listen`. */
  readonly addresses: Addresses | undefined;
  /** Serves requests from now on. */
  open(): void;
  /** Stops accepting connections, and waits for running requests during the grace period. */
  drain(how: Drain): Promise<void>;
}

/** The servers of a gateway: one for all, or separate ones for the console and for metrics, depending on the config. */
export function createServers(input: ServersInput): Servers {
  const { config } = input;
  const { host, port } = config.server;
  const { port: consolePort, host: consoleHost = host, hostnames } = config.console;
  const metricsPort = config.metrics.port;

  const consoleApp = isConsoleApart(config.console) ? createConsoleApp(input) : undefined;
  const mainApp = createMainApp(input, consoleApp !== undefined);
  const main = new Entrance(input, hostnames && consoleApp ? byHost(input, consoleApp, mainApp) : mainApp);
  const apart = consoleApp && consolePort !== undefined ? new Entrance(input, consoleApp) : undefined;
  const metrics =
    input.metrics && metricsPort !== undefined
      ? createHttpServer({
          listener: listenerOf(
            { ...input, recorder: NO_RECORDER },
            { routers: [input.metrics], console: nothing },
          ),
          ...{ fallback: input.fallback, requestTimeoutMs: config.server.requestTimeoutMs },
        })
      : undefined;

  let addresses: Addresses | undefined;
  return {
    get addresses() {
      return addresses;
    },
    async listen() {
      const { url, innerUrl } = await main.listen(host, port);
      const own = await apart?.listen(consoleHost, consolePort ?? 0);
      const metricsUrl = metrics && urlOf(await metrics.listen(host, metricsPort ?? 0));
      const known = config.server.publicUrl ?? url;
      const named = hostnames?.[0] === undefined ? known : withHost(known, hostnames[0]);
      addresses = {
        ...{ url, innerUrl },
        consoleUrl: own?.url ?? named,
        admin: { url: own?.innerUrl ?? innerUrl, ...(hostnames && { host: new URL(named).host }) },
        ...(metricsUrl !== undefined && { metricsUrl }),
      };
      return addresses;
    },
    open() {
      for (const server of [main, apart, metrics]) server?.open();
    },
    async drain(how) {
      await Promise.all([main.drain(how), apart?.drain(how)]);
      await metrics?.drain({ graceMs: 0, interrupt: () => {} });
    },
  };
}

/**
 * The server of one address, with TLS if configured. Then there is another one for the command line and for replays,
 * which do not use the host name in its certificate.
 */
class Entrance {
  readonly #outer: HttpServer;
  readonly #inner: HttpServer | undefined;

  constructor({ fallback, tls, config }: ServersInput, listener: RequestListener) {
    const { requestTimeoutMs } = config.server;
    const input = { listener, fallback, requestTimeoutMs };
    this.#outer = createHttpServer({ ...input, tls });
    this.#inner = tls && createHttpServer(input);
  }

  async listen(host: string, port: number): Promise<Pick<Addresses, 'url' | 'innerUrl'>> {
    const url = urlOf(await this.#outer.listen(host, port), this.#inner && 'https');
    return { url, innerUrl: this.#inner ? urlOf(await this.#inner.listen('127.0.0.1', 0)) : url };
  }

  open(): void {
    this.#outer.open();
    this.#inner?.open();
  }

  async drain(how: Drain): Promise<void> {
    await Promise.all([this.#outer.drain(how), this.#inner?.drain(how)]);
  }
}

function withHost(url: string, hostname: string): string {
  const named = new URL(url);
  named.hostname = hostname;
  return named.origin;
}

type Mounted = Pick<AppDeps, 'routers' | 'console' | 'guard'>;

function listenerOf(input: ServersInput, mounted: Mounted): RequestListener {
  return createApp({ ...input, ...mounted }).callback();
}

function createMainApp(input: ServersInput, isApart: boolean): RequestListener {
  const { protocols, info, metrics, admin, consoleFiles, config } = input;
  const shared = config.metrics.port === undefined ? metrics : undefined;
  const routers = [protocols, info, shared, isApart ? undefined : admin].filter(
    (router) => router !== undefined,
  );
  return listenerOf(input, { routers, console: isApart ? nothing : consoleFiles });
}

/** Nothing here is for other origins, so their pages may not call it. */
function createConsoleApp(input: ServersInput): RequestListener {
  const { protocols, info, admin, consoleFiles, config } = input;
  const routers = [protocols, info, admin].filter((router) => router !== undefined);
  return listenerOf(
    { ...input, config: { ...config, server: { ...config.server, cors: [] } } },
    { routers, guard: refuseClients, console: consoleFiles },
  );
}

/** The host name that the client used decides which of two apps serves it. */
function byHost(
  { config, proxies }: ServersInput,
  console: RequestListener,
  main: RequestListener,
): RequestListener {
  const names = new Set(config.console.hostnames);
  return (request, response) => {
    const name = hostNameOf(proxies.host(request));
    return (names.has(name) ? console : main)(request, response);
  };
}

const nothing: Middleware = (_, next) => next();

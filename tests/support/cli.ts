import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../packages/dragoman/src/main.ts', import.meta.url));
/** Tests run many commands, and most of their time goes into compiling the same files. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What it reads from its standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs until it is told to stop. */
export interface RunningCommand {
  /** Resolves with everything written so far, once that matches; rejects when the command ends before. */
  readonly waitFor: (pattern: RegExp) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<CommandResult>;
}

/** A folder with a config file and a data folder, and the command line to use on them. */
export interface CliHome {
  readonly folder: string;
  readonly data: string;
  readonly run: (args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;
  /** Starts a gateway on a free port. */
  readonly start: (...args: readonly string[]) => RunningCommand;
  /** The same by way of the script behind `npm start`. */
  readonly startByScript: () => RunningCommand;
  /** Like `start`, with environment variables. */
  readonly startWith: (env: Readonly<Record<string, string>>) => RunningCommand;
  /** Replaces the config file. */
  readonly writeConfig: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The first lines of a config file. The packages are named by where they are: the folder of the config is outside
 * of the workspace.
 */
export const IMPORTS = `
  import { echo } from ${JSON.stringify(import.meta.resolve('@dragoman/plugin-echo'))};
  import { openai } from ${JSON.stringify(import.meta.resolve('@dragoman/plugin-openai'))};
`;

const BECOME = `
  import { become } from ${JSON.stringify(new URL('../../packages/dragoman/bin/become.mjs', import.meta.url).href)};
  become([${JSON.stringify(ENTRY)}, 'start', '--port', '0'], {});
`;

const CONFIG = `${IMPORTS}
  export default {
    plugins: [openai(), echo()],
    upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 5 } }],
    log: { level: 'error' },
  };
`;

/** A gateway that takes requests. */
export interface ReadyGateway extends RunningCommand {
  /** `http://127.0.0.1:port/v1` */
  readonly url: string;
  /** The client key that it made. */
  readonly key: string;
}

/** Waits until a gateway has said where it is. */
export async function readyGateway(command: RunningCommand): Promise<ReadyGateway> {
  const text = await command.waitFor(/Data .*\n/);
  const read = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  return { ...command, url: read(/Base URL +(\S+)/), key: read(/Client key +(\S+)/) };
}

/** Runs a command of a project that has its own config. */
export const startIn = (folder: string, ...args: readonly string[]): RunningCommand =>
  watch(launchIn(folder, [ENTRY, ...args], {}));

function launchIn(
  folder: string,
  args: readonly string[],
  env: CommandOptions['env'],
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, args, {
    cwd: folder,
    env: { ...cleanEnv(), NODE_COMPILE_CACHE: COMPILED, ...env },
  });
}

export async function createCliHome(): Promise<CliHome> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-cli-'));
  const running = new Set<ChildProcessWithoutNullStreams>();
  const data = join(folder, 'data');
  const config = join(folder, 'gateway.config.ts');
  await writeFile(config, CONFIG);

  const launch = (args: readonly string[], env: CommandOptions['env'] = {}) =>
    launchNode([ENTRY, ...args], env);
  const launchNode = (args: readonly string[], env: CommandOptions['env'] = {}) => {
    const child = launchIn(folder, args, env);
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  };
  return {
    folder,
    data,
    run(args, { input = '', env } = {}) {
      const child = launch(args, env);
      child.stdin.end(input);
      return watch(child).ended;
    },
    start: (...args) => watch(launch(['start', '--port', '0', ...args])),
    startByScript: () => watch(launchNode(['--input-type=module', '-e', BECOME])),
    startWith: (env) => watch(launch(['start', '--port', '0'], env)),
    writeConfig: (text) => writeFile(config, text),
    async close() {
      const ends = [...running].map((child) => once(child, 'close'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ends);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The variables of whoever runs the tests must not decide. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DRAGOMAN_')));
}

function watch(child: ChildProcessWithoutNullStreams): RunningCommand {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]): CommandResult => ({
    code: code as number,
    stdout,
    stderr,
  }));
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stdout)) return;
          child.stdout.off('data', look);
          resolve(stdout);
        };
        child.stdout.on('data', look);
        void ended.then(({ code }) => reject(new Error(`It ended with ${code}: ${stdout}${stderr}`)));
        look();
      }),
  };
}

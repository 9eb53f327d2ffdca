import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly url: string;
  /** A client key. */
  readonly key: string;
  /** Everything that it printed so far. */
  output(): string;
  /** Resolves when the pattern stands in what was printed, for the n-th time. */
  printed(pattern: string, times?: number): Promise<void>;
}

/** Starts `dragoman start` as a user would, on a free port, with the log as in production. */
export async function startCommand(config: string, ...flags: readonly string[]): Promise<RunningCommand> {
  const child = spawn('node', ['core/src/cli.ts', 'start', '--config', config, '--port', '0', ...flags], {
    cwd: ROOT,
    env: { ...process.env, DRAGOMAN_LOG_FORMAT: 'json', DRAGOMAN_LOG_LEVEL: 'debug' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let check = (): void => {};
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    check();
  });
  const printed = (pattern: string, times = 1): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (text.split(pattern).length > times) resolve();
      };
      check();
    });
  await printed('Sign in');
  const read = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  return {
    child,
    printed,
    output: () => text,
    url: read(/Base URL\s+(\S+)/),
    key: read(/Client key\s+(\S+)/),
  };
}

import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const runFileSchema = z.object({
  pid: z.int(),
  /** When the process began, so that a new process of the same number is not taken for it. */
  startedAt: z.string(),
  /** Absent until the gateway listens. */
  url: z.string().optional(),
  token: z.string().optional(),
});

/** A gateway that runs on a data folder: where it is and the token that its admin API takes from this machine. */
export type RunningGateway = z.output<typeof runFileSchema>;

export interface RunFile {
  publish(running: { readonly url: string; readonly token: string }): Promise<void>;
  release(): Promise<void>;
}

const NAME = 'run.json';

/** Claims a data folder for this process. Throws an `Error` when another gateway runs on it. */
export async function acquireRunFile(folder: string): Promise<RunFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, NAME);
  const own = { pid: process.pid, startedAt: await startOf(process.pid) };
  if (!(await claim(file, own))) {
    const other = await readRunFile(folder);
    if (other) {
      const where = other.url ? ` at ${other.url}` : '';
      throw new Error(`Another gateway (process ${other.pid}) runs on ${folder}${where}.`);
    }
    await rm(file, { force: true });
    if (!(await claim(file, own))) throw new Error(`Another gateway has just started on ${folder}.`);
  }
  return {
    publish: (running) => writeFile(file, JSON.stringify({ ...own, ...running }), { mode: 0o600 }),
    release: () => rm(file, { force: true }),
  };
}

/** The gateway that runs on a data folder now, if one does. */
export async function readRunFile(folder: string): Promise<RunningGateway | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, NAME), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = runFileSchema.safeParse(safeJson(text));
  if (!parsed.success) return undefined;
  return (await startOf(parsed.data.pid)) === parsed.data.startedAt ? parsed.data : undefined;
}

async function claim(file: string, own: object): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** When a process began, as the system tells; elsewhere only whether it lives. Empty when it does not. */
async function startOf(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return '';
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted behind the name, which may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'alive';
  } catch {
    return 'alive';
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

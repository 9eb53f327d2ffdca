import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PluginScope, runningPlugin } from './plugin-scope.ts';

/** Whose fault an error is that nobody caught. */
export interface Blame extends Partial<PluginScope> {
  /** The package or file that threw it, where its stack says so. */
  readonly source?: string;
}

const CORE = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Finds the plugin whose error this is: by its stack, else by whose code left the timer, the promise or the socket
 * behind that failed. `undefined` when it is the gateway's own, or nobody knows.
 */
export function blameFor(
  error: unknown,
  scope: PluginScope | undefined = runningPlugin(),
): Blame | undefined {
  const source = sourceOf(error);
  const isOfPlugin = foreignFiles(error).some((file) => packageOf(file) === undefined);
  const [first] = filesOf(error);
  const isOwn = !isOfPlugin && first !== undefined && isCore(first);
  if (isOwn || (!scope && !isOfPlugin)) return undefined;
  return { ...scope, ...(source !== undefined && { source }) };
}

/** The package or file outside of the gateway that an error comes from: the outermost, which called the others. */
export function sourceOf(
  error: unknown,
  isKnown: (file: string) => boolean = () => false,
): string | undefined {
  const file = foreignFiles(error).findLast((one) => !isKnown(one));
  return file === undefined ? undefined : (packageOf(file) ?? relative(process.cwd(), file));
}

const FRAME = /(?:\(|\bat (?:async )?|^)((?:file:\/\/|\/|[a-z]:\\)[^()\n]*?):\d+(?::\d+)?\)?$/gim;

/** Files outside of the gateway that ran when the error was thrown, up to where the gateway had called them. */
function foreignFiles(error: unknown): readonly string[] {
  const files = filesOf(error);
  const start = files.findIndex((file) => !isCore(file));
  if (start < 0) return [];
  const end = files.findIndex((file, at) => at > start && isCore(file));
  return files.slice(start, end < 0 ? undefined : end);
}

/** The files in the stack of an error, from where it was thrown on. */
function filesOf(error: unknown): readonly string[] {
  const stack = stackOf(error);
  if (stack === undefined) return [];
  return [...stack.matchAll(FRAME)].map(([, place = '']) => toPath(place));
}

function stackOf(error: unknown): string | undefined {
  try {
    const stack: unknown = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}

function toPath(place: string): string {
  if (!place.startsWith('file:')) return place;
  try {
    return fileURLToPath(place);
  } catch {
    return place;
  }
}

function isCore(file: string): boolean {
  return file.startsWith(CORE);
}

/** The name of an installed package; pnpm keeps them in a folder of its own. */
function packageOf(file: string): string | undefined {
  const path = file.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(at + '/node_modules/'.length))?.[0];
}

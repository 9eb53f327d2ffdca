import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PluginScope, runningPlugin } from './plugin-scope.ts';

/** Who caused an uncaught error. */
export interface Attribution extends Partial<PluginScope> {
  /** The package or file that threw it, if its stack says so. */
  readonly source?: string;
}

/** Where the gateway's own code is: this package, and the one that plugins import. */
const OWN: readonly string[] = [
  fileURLToPath(new URL('../..', import.meta.url)),
  join(dirname(fileURLToPath(import.meta.resolve('@dragoman/plugin'))), sep),
];

/**
 * Attributes an error to a plugin: by its stack, else by whose code left behind the timer, promise or socket that
 * failed. `undefined` if it is the gateway's own or unknown.
 */
export function attributeError(
  error: unknown,
  scope: PluginScope | undefined = runningPlugin(),
): Attribution | undefined {
  const source = sourceOf(error);
  const isOfPlugin = foreignFiles(error).some((file) => packageOf(file) === undefined);
  const [first] = filesOf(error);
  const isOwn = !isOfPlugin && first !== undefined && isCore(first);
  if (isOwn || (!scope && !isOfPlugin)) return undefined;
  return { ...scope, ...(source !== undefined && { source }) };
}

/** The package or file outside the gateway that an error comes from: the outermost one. */
export function sourceOf(
  error: unknown,
  isKnown: (file: string) => boolean = () => false,
): string | undefined {
  const file = foreignFiles(error).findLast((one) => !isKnown(one));
  return file === undefined ? undefined : (packageOf(file) ?? relative(process.cwd(), file));
}

const FRAME = /(?:\(|\bat (?:async )?|^)((?:file:\/\/|\/|[a-z]:\\)[^()\n]*?):\d+(?::\d+)?\)?$/gim;

/** Files outside the gateway on the stack of an error, up to the gateway's own call. */
function foreignFiles(error: unknown): readonly string[] {
  const files = filesOf(error);
  const start = files.findIndex((file) => !isCore(file));
  if (start < 0) return [];
  const end = files.findIndex((file, at) => at > start && isCore(file));
  return files.slice(start, end < 0 ? undefined : end);
}

/** The files on the stack of an error, innermost first. */
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
  return OWN.some((folder) => file.startsWith(folder));
}

/** The name of an installed package; pnpm keeps packages in its own folder. */
function packageOf(file: string): string | undefined {
  const path = file.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(at + '/node_modules/'.length))?.[0];
}

import { relative } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CreateError, type NewFolder } from './create-folder.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What was typed, apart from `--help`. */
export interface Typed {
  /** The folder; the current one if none was named. */
  readonly folder: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface CreateCommand {
  readonly help: string;
  readonly options?: Options;
  readonly create: (typed: Typed) => NewFolder;
}

/** Runs a command that creates a folder, and says without a stack what the user can change. */
export function runCreate({ help, options = {}, create }: CreateCommand): void {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return void process.stdout.write(help);
    if (positionals.length > 1) throw new CreateError(`Name one folder, not ${positionals.length}.`);
    const made = create({ folder: positionals[0] ?? '.', flags: values });
    const steps = nextSteps(made, process.env).map((line) => `  ${line}\n`);
    process.stdout.write(`Wrote ${made.name} to ${made.folder}. Next:\n\n${steps.join('')}\n`);
  } catch (error) {
    if (!isOfUser(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** What to type next. Whoever came by pnpm, yarn or bun goes on with it. */
export function nextSteps({ folder }: NewFolder, env: NodeJS.ProcessEnv): readonly string[] {
  const manager = /^(pnpm|yarn|bun)\//.exec(env['npm_config_user_agent'] ?? '')?.[1] ?? 'npm';
  const path = relative(process.cwd(), folder);
  const place = path.startsWith('..') ? folder : path;
  return [...(place === '' ? [] : [`cd ${place}`]), `${manager} install`, `${manager} run dev`];
}

/** A wrong argument, or a folder that cannot be written. */
function isOfUser(error: unknown): error is Error {
  if (error instanceof CreateError) return true;
  const { code = '', errno } = error as NodeJS.ErrnoException;
  return errno !== undefined || code.startsWith('ERR_PARSE_ARGS');
}

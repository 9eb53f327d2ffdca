import { CommandError } from './command-error.ts';

export interface OptionSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The next line of standard input; `undefined` at its end. */
  readonly readLine: () => Promise<string | undefined>;
}

/**
 * Reads `name=value` pairs. A value is JSON if it parses as such, else a string. `env:NAME` reads a variable and `-` a
 * line of input, so that secrets stay out of the shell's history.
 */
export async function readOptions(
  pairs: readonly string[],
  sources: OptionSources,
): Promise<Readonly<Record<string, unknown>>> {
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      // Not repeated: it may be a secret without its name.
      throw new CommandError('Every --option must be name=value.');
    }
    options[name] = await readValue(name, value, sources);
  }
  return options;
}

const VARIABLE = 'env:';

async function readValue(name: string, text: string, { env, readLine }: OptionSources): Promise<unknown> {
  if (text === '-') {
    const line = await readLine();
    if (line === undefined) throw new CommandError(`No line of input for the option ${name}.`);
    return line;
  }
  if (text.startsWith(VARIABLE)) {
    const variable = text.slice(VARIABLE.length);
    const value = env[variable];
    if (value === undefined) throw new CommandError(`The variable ${variable} is not set.`);
    return value;
  }
  return parseValue(text);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One problem in the configuration. */
export interface ConfigProblem {
  /** Where: `upstreams[1].options.baseUrl`, `DRAGOMAN_PORT`, `--port`. Empty for the whole configuration. */
  readonly path: string;
  /** What was expected and, unless it is secret, what was found. */
  readonly message: string;
}

/** The configuration is invalid. The message lists the file and every problem in it. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[], cause?: unknown) {
    const lines = problems.map(({ path, message }) => `  ${path === '' ? message : `${path}: ${message}`}`);
    super(`Invalid configuration (${source}):\n${lines.join('\n')}`, { cause });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

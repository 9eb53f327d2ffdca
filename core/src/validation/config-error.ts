/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Where: `upstreams[1].options.baseUrl`, `DRAGOMAN_PORT`, `--port`. Empty for the whole. */
  readonly path: string;
  /** What was expected, and what was found where that is no secret. */
  readonly message: string;
}

/** The configuration cannot be used. The message is for a person: the file, and every problem in it. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[], cause?: unknown) {
    const lines = problems.map(({ path, message }) => `  ${path === '' ? message : `${path}: ${message}`}`);
    super(`The configuration cannot be used (${source}):\n${lines.join('\n')}`, { cause });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

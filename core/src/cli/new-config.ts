import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type FindInput, findConfig } from '../config/find-config.ts';

/** A config file to start with. */
export interface NewConfig {
  /** The text of a new `gateway.config.ts`. */
  readonly newConfig: string;
}

/** Writes a config file into the working directory if there is none and none was named. */
export function writeNewConfig(input: FindInput, { newConfig }: NewConfig): void {
  const { file, isNamed, exists } = findConfig(input);
  if (exists || isNamed) return;
  writeFileSync(file, newConfig, { flag: 'wx' });
  process.stderr.write(`Wrote ${relative(process.cwd(), file)}.\n`);
}

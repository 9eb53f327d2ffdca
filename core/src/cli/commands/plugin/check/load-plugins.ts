import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const schema = z.object({ found: z.array(z.string()), problems: z.array(z.string()) });

/** What a package exports, as sentences, and what is wrong with it. */
export type LoadedPlugins = Readonly<z.output<typeof schema>>;

/** Imports an installed package in a process of its own, as a gateway would, and checks what it finds. */
export async function loadPlugins(name: string, place: string): Promise<LoadedPlugins> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const script = fileURLToPath(new URL(`inspect-package.${extension}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, place]);
  return schema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
}

import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';

/** A path as it is written in the file: `upstreams[1].options.baseUrl`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/** What a schema has to say, with the path of each problem. Zod's messages never repeat the value itself. */
export function problemsOf(error: z.ZodError, root: readonly PropertyKey[] = []): readonly ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    const path = [...root, ...issue.path];
    if (issue.code !== 'unrecognized_keys') return [{ path: formatPath(path), message: issue.message }];
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: 'There is no such field.' }));
  });
}

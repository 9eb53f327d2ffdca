import type { z } from 'zod';
import { childrenOf, fieldsOf, layersOf } from './schema-tree.ts';
import { closestName } from '../text/closest.ts';
import type { ConfigProblem } from './config-error.ts';
import { listNames } from './explain.ts';

type Path = readonly PropertyKey[];

export interface ProblemsInput {
  /** The path of the value in the configuration. */
  readonly root?: Path;
  /** The schema that checked the value, to suggest known field names. */
  readonly schema?: z.core.$ZodType;
}

/** A path as written in the file: `upstreams[1].options.baseUrl`, `capabilities["gpt-*"]`. */
export function formatPath(path: Path): string {
  return path.map((step, at) => formatStep(step, at === 0)).join('');
}

function formatStep(step: PropertyKey, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)) return `[${JSON.stringify(name)}]`;
  return isFirst ? name : `.${name}`;
}

/** The problems that a schema reports, one for each path. Messages do not repeat values on their own. */
export function problemsOf(
  error: z.ZodError,
  { root = [], schema }: ProblemsInput = {},
): readonly ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, root, schema));
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  root: Path,
  schema?: z.core.$ZodType,
): readonly ConfigProblem[] {
  const path = [...root, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = schema ? knownFields(schema, issue.path) : [];
    return issue.keys.map((key) => ({
      path: formatPath([...path, key]),
      message: describeUnknown(key, known),
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // If a union member fits the outer shape, it was the one meant, and the fault is inside.
    const meant = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0));
    if (meant) return meant.flatMap((inner) => problemsOfIssue(inner, path));
    const messages = new Set(issue.errors.flatMap(([first]) => first?.message ?? []));
    return [{ path: formatPath(path), message: [...messages].join('; or ') }];
  }
  return [{ path: formatPath(path), message: issue.message }];
}

function knownFields(schema: z.core.$ZodType, path: Path): readonly string[] {
  let layers = layersOf([schema]);
  for (const step of path) layers = layersOf(childrenOf(layers, step));
  return fieldsOf(layers);
}

function describeUnknown(name: string, known: readonly string[]): string {
  const close = closestName(name, known);
  if (close !== undefined) return `unknown field; did you mean ${close}?`;
  return known.length > 0 ? `unknown field; expected ${listNames(known)}` : 'unknown field';
}

/** Describes an unknown name. A long one is cut, since it may be anything. */
export function describeUnknownName(what: string, name: string, known: readonly string[]): string {
  const close = closestName(name, known);
  const hint = close === undefined ? '' : ` did you mean ${JSON.stringify(close)}?`;
  return `there is no ${what} ${JSON.stringify(name.slice(0, 60))};${hint} known: ${known.join(', ') || 'none'}`;
}

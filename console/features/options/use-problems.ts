import { type Schema, Validator } from '@cfworker/json-schema';
import { useMemo } from 'react';
import { ApiError, type Issue } from '../../lib/admin/api-error.ts';
import { isSetMark, type Options, type OptionsSchema } from './schema-form.tsx';

const OPTIONS = 'options.';

export function issuesOf(error: Error | undefined): readonly Issue[] {
  return error instanceof ApiError ? error.issues : [];
}

export type Problems = ReadonlyMap<string, string>;

/** What the gateway said when it refused, by field. */
export function refusals(failure: Error | undefined): Problems {
  return new Map(issuesOf(failure).map(({ path, message }) => [fieldOf(path), message]));
}

/** Whether the form of the options shows what is wrong at this path. */
export function isPlaced(path: string, schema: OptionsSchema | undefined): boolean {
  return path.startsWith(OPTIONS) && fieldOf(path) in (schema?.properties ?? {});
}

/** The field of the form for a path such as `options.headers.x-team`. */
function fieldOf(path: string): string {
  const [field = path] = path.startsWith(OPTIONS) ? path.slice(OPTIONS.length).split(/[.[]/) : [path];
  return field;
}

/** What the schema says while somebody types, by option. */
export function useProblems(schema: OptionsSchema | undefined, options: Options): Problems {
  return useMemo(() => {
    const problems = new Map<string, string>();
    if (!schema) return problems;
    const said = Object.fromEntries(
      Object.entries(options).filter(([, value]) => !isSetMark(value) && value !== null && value !== ''),
    );
    // A secret that is set is not said again; what is required is told when the form is sent.
    const { required: _, ...shape } = schema;
    const { errors } = new Validator(shape as Schema, '2020-12', false).validate(said);
    for (const { instanceLocation, error, keyword } of errors) {
      const [, name] = instanceLocation.split('/');
      if (name !== undefined && keyword !== 'properties' && !problems.has(name)) problems.set(name, error);
    }
    return problems;
  }, [schema, options]);
}

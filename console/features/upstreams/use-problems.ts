import { type Schema, Validator } from '@cfworker/json-schema';
import { useMemo } from 'react';
import { ApiError, type Issue } from '../../lib/api.ts';
import { isSetMark, type Options, type OptionsSchema } from './schema-form.tsx';

export function issuesOf(error: Error | undefined): readonly Issue[] {
  return error instanceof ApiError ? error.issues : [];
}

interface ProblemsInput {
  readonly schema: OptionsSchema | undefined;
  readonly options: Options;
  readonly failure: Error | undefined;
}

/** What the schema says while somebody types, and what the gateway said when it refused. */
export function useProblems({ schema, options, failure }: ProblemsInput): ReadonlyMap<string, string> {
  return useMemo(() => {
    const problems = new Map<string, string>();
    for (const { path, message } of issuesOf(failure)) problems.set(path.replace(/^options\./, ''), message);
    if (!schema) return problems;
    const said = Object.fromEntries(
      Object.entries(options).filter(([, value]) => !isSetMark(value) && value !== null),
    );
    // A secret that is set is not said again; what is required is told when the form is sent.
    const { required: _, ...shape } = schema;
    for (const { instanceLocation, error, keyword } of new Validator(
      shape as Schema,
      '2020-12',
      false,
    ).validate(said).errors) {
      const [, name] = instanceLocation.split('/');
      if (name !== undefined && keyword !== 'properties' && !problems.has(name)) problems.set(name, error);
    }
    return problems;
  }, [schema, options, failure]);
}

import type { z } from 'zod';

export interface ExplainOptions {
  /** Whether messages may repeat the value. Never where it could be secret. */
  readonly showsValues: boolean;
}

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** Turns schema issues into readable messages: what was expected and what was found. A schema's own messages win. */
export function explainIssues({ showsValues }: ExplainOptions): z.core.$ZodErrorMap {
  return (issue) => {
    const expected = describeExpected(issue);
    return expected && `expected ${expected}, found ${describeFound(issue.input, showsValues)}`;
  };
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const UNITS: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' entries',
};

function describeExpected(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return NOUNS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return listNames(issue.values.map((value) => JSON.stringify(value)));
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL' : `a string in the format ${issue.format}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'a non-empty string';
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    default:
      return undefined;
  }
}

/** `a`, `a or b`, `one of a, b, c`. */
export function listNames(names: readonly string[]): string {
  return names.length <= 2 ? names.join(' or ') : `one of ${names.join(', ')}`;
}

const LONGEST_SHOWN = 60;

/** Describes an unexpected value without showing it. */
export function foundInstead(value: unknown): string {
  return describeFound(value, false);
}

function describeFound(value: unknown, showsValues: boolean): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
    case 'string':
      return showsValues && value.length <= LONGEST_SHOWN ? JSON.stringify(value) : 'a string';
    case 'number':
    case 'boolean':
      return showsValues ? String(value) : `a ${typeof value}`;
    default:
      return `a ${typeof value}`;
  }
}

import { isJsonObject, type HookType, type ProviderType } from '@dragoman/plugin';
import { explainIssues } from '../validation/explain.ts';
import { describeUnknownName, formatPath, problemsOf } from '../validation/issues.ts';
import { urlsWithUserInfo } from '../validation/option-urls.ts';
import type { Parsed } from '../validation/parse-value.ts';
import { maskOptions } from '../validation/secret-options.ts';

type Kind = Pick<ProviderType | HookType, 'name' | 'options'>;

/** The kinds that an entry may name, and the field that does. */
interface Kinds {
  readonly field: 'provider' | 'hook';
  readonly types: readonly Kind[];
}

/** Checks the options of an upstream or hook against the kind that it names. Lists every problem. */
export function parseOptions(
  { field, types }: Kinds,
  input: unknown,
  root: readonly PropertyKey[],
): Parsed<Record<string, unknown>> {
  if (!isJsonObject(input)) return { problems: [] };
  const { [field]: kind, options = {} } = input;
  if (typeof kind !== 'string') return { problems: [] };
  const type = types.find(({ name }) => name === kind);
  if (!type) {
    const known = types.map(({ name }) => name);
    const message = describeUnknownName(field, kind, known);
    return { problems: [{ path: formatPath([...root, field]), message }] };
  }
  if (!isJsonObject(options)) return { problems: [] };
  // A secret may be in any option, even by mistake, so values are never shown.
  const place = [...root, 'options'];
  const parsed = check(type, field, options);
  if ('failure' in parsed) return { problems: [{ path: formatPath(place), message: parsed.failure }] };
  if (!parsed.success) return { problems: problemsOf(parsed.error, { root: place, schema: type.options }) };
  const problems = urlsWithUserInfo(maskOptions(type.options, parsed.data)).map(({ path }) => ({
    path: formatPath([...place, ...path]),
    message: USER_INFO,
  }));
  return problems.length > 0 ? { problems } : { value: parsed.data };
}

/** A schema may run code of its plugin, whose errors may repeat the input. */
function check({ name, options: schema }: Kind, field: Kinds['field'], options: object) {
  try {
    return schema.safeParse(options, { error: explainIssues({ showsValues: false }), reportInput: true });
  } catch (error) {
    const what = error instanceof Error ? error.name : typeof error;
    return {
      failure: `the plugin of the ${field} ${JSON.stringify(name)} failed to validate them (${what})`,
    };
  }
}

/** Only secret options are encrypted; URLs are shown with the upstream. */
const USER_INFO = 'the URL must not contain a user name or password; use the credential option instead';

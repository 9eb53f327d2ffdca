import { isJsonObject, type ProviderType } from '@dragoman/plugin';
import type { Registry } from '../registry/registry.ts';
import { maskOptions } from '../validation/secret-options.ts';
import { isSafeModelName } from '../transport/safe-path.ts';
import type { ConfigProblem } from '../validation/config-error.ts';
import { explainIssues } from '../validation/explain.ts';
import { describeUnknownName, formatPath, problemsOf } from '../validation/issues.ts';
import { urlsWithUserInfo } from '../validation/option-urls.ts';
import { type UpstreamConfig, upstreamSchema } from './upstream.ts';

export type ParsedUpstream =
  | { readonly upstream: UpstreamConfig }
  | { readonly problems: readonly ConfigProblem[] };

type Known = Pick<Registry, 'providers' | 'toolFormats'>;
type Path = readonly PropertyKey[];

/** Checks an upstream and its provider's options, and fills in defaults. Lists every problem. */
export function parseUpstream(registry: Known, input: unknown, root: Path = []): ParsedUpstream {
  const own = upstreamSchema.safeParse(input, {
    error: explainIssues({ showsValues: true }),
    reportInput: true,
  });
  const options = parseOptions(registry, input, root);
  const problems = own.success
    ? [...findUnsafeNames(own.data, root), ...findUnknownFormats(registry, own.data, root)]
    : problemsOf(own.error, { root, schema: upstreamSchema });
  if (own.success && problems.length === 0 && 'options' in options)
    return { upstream: { ...own.data, options: options.options } };
  return { problems: [...problems, ...('problems' in options ? options.problems : [])] };
}

/** Model names that would change the path of a request. */
function findUnsafeNames({ models: { list = [], rename } }: UpstreamConfig, root: Path): ConfigProblem[] {
  const named: readonly (readonly [Path, string])[] = [
    ...list.map((name, at) => [['list', at], name] as const),
    ...Object.entries(rename).map(([own, name]) => [['rename', own], name] as const),
  ];
  return named
    .filter(([, name]) => !isSafeModelName(name))
    .map(([place, name]) => ({
      path: formatPath([...root, 'models', ...place]),
      message: `expected a name without control characters and empty, "." or ".." segments, found ${JSON.stringify(name)}`,
    }));
}

/** Tool formats that no plugin contributes. */
function findUnknownFormats({ toolFormats }: Known, { capabilities }: UpstreamConfig, root: Path) {
  return Object.entries(capabilities).flatMap(([model, { toolCalls }]) =>
    unknownFormat(toolFormats, toolCalls, [...root, 'capabilities', model, 'toolCalls']),
  );
}

function unknownFormat(
  formats: Known['toolFormats'],
  name: string | undefined,
  place: Path,
): readonly ConfigProblem[] {
  if (name === undefined || name === 'native' || formats.has(name)) return [];
  const message = describeUnknownName('tool format', name, ['native', ...formats.keys()]);
  return [{ path: formatPath(place), message }];
}

type ParsedOptions =
  | { readonly options: Record<string, unknown> }
  | { readonly problems: readonly ConfigProblem[] };

function parseOptions({ providers, toolFormats }: Known, input: unknown, root: Path): ParsedOptions {
  if (!isJsonObject(input) || typeof input['provider'] !== 'string') return { problems: [] };
  const { provider, options = {} } = input;
  const type = providers.find(({ name }) => name === provider);
  if (!type) {
    const known = providers.map(({ name }) => name);
    const message = describeUnknownName('provider', provider, known);
    return { problems: [{ path: formatPath([...root, 'provider']), message }] };
  }
  if (!isJsonObject(options)) return { problems: [] };
  // A secret may be in any option, even by mistake, so values are never shown.
  const place = [...root, 'options'];
  const parsed = check(type, options);
  if ('failure' in parsed) return { problems: [{ path: formatPath(place), message: parsed.failure }] };
  if (!parsed.success) return { problems: problemsOf(parsed.error, { root: place, schema: type.options }) };
  const problems = urlsWithUserInfo(maskOptions(type.options, parsed.data)).map(({ path }) => ({
    path: formatPath([...place, ...path]),
    message: USER_INFO,
  }));
  const rows = Object.values(type.capabilitiesOf?.(parsed.data) ?? {});
  problems.push(...rows.flatMap((row) => unknownFormat(toolFormats, row.toolCalls, [...place, 'toolCalls'])));
  return problems.length > 0 ? { problems } : { options: parsed.data };
}

/** A schema may run code of its plugin, whose errors may repeat the input. */
function check({ name, options: schema }: ProviderType, options: object) {
  try {
    return schema.safeParse(options, { error: explainIssues({ showsValues: false }), reportInput: true });
  } catch (error) {
    const what = error instanceof Error ? error.name : typeof error;
    return {
      failure: `the plugin of the provider ${JSON.stringify(name)} failed to validate them (${what})`,
    };
  }
}

/** Only secret options are encrypted; URLs are shown with the upstream. */
const USER_INFO = 'the URL must not contain a user name or password; use the credential option instead';

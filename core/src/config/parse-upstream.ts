import type { Registry } from '../registry/registry.ts';
import { isSafeModelName } from '../transport/safe-path.ts';
import type { ConfigProblem } from '../validation/config-error.ts';
import { describeUnknownName, formatPath } from '../validation/issues.ts';
import { type Parsed, parseValue, problemsIn } from '../validation/parse-value.ts';
import { parseOptions } from './parse-options.ts';
import { type UpstreamConfig, upstreamSchema } from './upstream.ts';

type Known = Pick<Registry, 'providers' | 'toolFormats'>;
type Path = readonly PropertyKey[];

/** Checks an upstream and its provider's options, and fills in defaults. Lists every problem. */
export function parseUpstream(registry: Known, input: unknown, root: Path = []): Parsed<UpstreamConfig> {
  const own = parseValue(upstreamSchema, input, root);
  const options = parseOptions({ field: 'provider', types: registry.providers }, input, root);
  const named = 'value' in own ? checkNames(registry, own.value, root) : own;
  if ('value' in named && 'value' in options) {
    const value = { ...named.value, options: options.value };
    const unknown = findUnknownInOptions(registry, value, root);
    return unknown.length > 0 ? { problems: unknown } : { value };
  }
  return { problems: problemsIn(named, options) };
}

function checkNames(registry: Known, value: UpstreamConfig, root: Path): Parsed<UpstreamConfig> {
  const problems = [...findUnsafeNames(value, root), ...findUnknownFormats(registry, value, root)];
  return problems.length > 0 ? { problems } : { value };
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

/** The same in what the provider makes of an upstream's options. */
function findUnknownInOptions(
  { providers, toolFormats }: Known,
  { provider, options }: UpstreamConfig,
  root: Path,
): readonly ConfigProblem[] {
  const type = providers.find(({ name }) => name === provider);
  const rows = Object.values(type?.capabilitiesOf?.(options) ?? {});
  return rows.flatMap((row) => unknownFormat(toolFormats, row.toolCalls, [...root, 'options', 'toolCalls']));
}

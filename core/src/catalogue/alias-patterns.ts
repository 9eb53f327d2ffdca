import { tryWithinTime } from '@dragoman/plugin';
import { matchesPattern } from '@dragoman/plugin/internal/text/pattern';
import { type AliasConfig, regexOf } from '../config/routing.ts';

/** Whether an alias is a pattern, so that no list can show its names. */
export function isPattern(name: string): boolean {
  return name.includes('*') || regexOf(name) !== undefined;
}

/** The alias that matches a model name, and how to resolve its candidates' models. */
export interface MatchedAlias {
  readonly alias: AliasConfig;
  /** A candidate's model, with `*`, or `$1` of a regex, replaced by what the name matched. */
  readonly fill: (model: string) => string;
}

/** Longer names match no pattern: clients choose names, and matching can take quadratic time. */
const MAX_LENGTH = 256;
/** An expression that is harmless for real model names may run forever on a crafted one. */
const TIME_LIMIT_MS = 20;

/** The first alias whose pattern matches a name. */
export function matchPattern(aliases: readonly AliasConfig[], name: string): MatchedAlias | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  for (const alias of aliases) {
    const regex = regexOf(alias.name);
    if (regex) {
      const match = tryWithinTime(TIME_LIMIT_MS, () => regex.exec(name));
      if (match) return { alias, fill: (model) => filled(model, match) };
    } else if (alias.name.includes('*') && matchesPattern(alias.name, name)) {
      const rest = starOf(alias.name, name);
      return { alias, fill: (model) => model.replaceAll('*', () => rest) };
    }
  }
  return undefined;
}

function filled(model: string, match: RegExpExecArray): string {
  return model.replaceAll(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? '');
}

/** What the first star matched. */
function starOf(pattern: string, name: string): string {
  const [head = '', ...tails] = pattern.split('*');
  const [tail = ''] = tails;
  const end = tails.length > 1 ? name.indexOf(tail, head.length) : name.length - tail.length;
  return name.slice(head.length, end < 0 ? undefined : end);
}

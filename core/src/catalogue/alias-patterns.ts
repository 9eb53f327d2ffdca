import { tryWithinTime } from '../timing/within-time.ts';
import { matchesPattern } from '../text/pattern.ts';
import { type AliasConfig, regexOf } from '../config/routing.ts';

/** Whether an alias stands for many names, so that no list can show it. */
export function isPattern(name: string): boolean {
  return name.includes('*') || regexOf(name) !== undefined;
}

/** An alias that a model name means, and how its candidates' models are to be read. */
export interface MatchedAlias {
  readonly alias: AliasConfig;
  /** A candidate's model with what the name has in the place of `*`, or of `$1` of a regex. */
  readonly fill: (model: string) => string;
}

/** Longer names match no pattern: clients choose names, and matching can take time by the square of their length. */
const MAX_LENGTH = 256;
/** An expression that is harmless for names of models may take forever for a name that was made for it. */
const TIME_LIMIT_MS = 20;

/** The first alias whose pattern a name fits. */
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

/** What stands in the place of the first star. */
function starOf(pattern: string, name: string): string {
  const [head = '', ...tails] = pattern.split('*');
  const [tail = ''] = tails;
  const end = tails.length > 1 ? name.indexOf(tail, head.length) : name.length - tail.length;
  return name.slice(head.length, end < 0 ? undefined : end);
}

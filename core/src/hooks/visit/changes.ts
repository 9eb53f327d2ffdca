import { isJsonObject, type JsonValue } from '@dragoman/plugin';

/** A field that a hook changed. */
export interface Change {
  /** Such as `messages[0].content[1].text`. */
  readonly path: string;
  /** The beginning of the difference, as text. Absent: the field was not there. */
  readonly before?: string;
  readonly after?: string;
}

/** More changes of one call are not listed. */
const MAX_CHANGES = 50;

/** Finds what differs between two requests. Objects that both share are not looked into. */
export function changesOf(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  compare({ path: '', before: before as JsonValue, after: after as JsonValue }, changes);
  return changes;
}

interface Pair {
  readonly path: string;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

function compare(pair: Pair, changes: Change[]): void {
  const { path, before, after } = pair;
  if (before === after || changes.length >= MAX_CHANGES) return;
  const isList = Array.isArray(before) && Array.isArray(after);
  if (!isList && !(isJsonObject(before) && isJsonObject(after))) {
    changes.push(changeOf(pair));
    return;
  }
  const [old, edited] = [before as Fields, after as Fields];
  for (const name of new Set([...Object.keys(old), ...Object.keys(edited)])) {
    const step = isList ? `[${name}]` : path === '' ? name : `.${name}`;
    compare({ path: path + step, before: old[name], after: edited[name] }, changes);
  }
}

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** How much is shown of a value, in characters, and how much of what both have before their difference. */
const SHOWN = 120;
const LEAD = 20;

function changeOf({ path, before, after }: Pair): Change {
  const [old, edited] = [textOf(before), textOf(after)];
  const from =
    old !== undefined && edited !== undefined ? Math.max(0, firstDifference(old, edited) - LEAD) : 0;
  return {
    path,
    ...(old !== undefined && { before: excerpt(old, from) }),
    ...(edited !== undefined && { after: excerpt(edited, from) }),
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

function excerpt(text: string, from: number): string {
  const part = text.slice(from, from + SHOWN).toWellFormed();
  return `${from > 0 ? '…' : ''}${part}${from + SHOWN < text.length ? '…' : ''}`;
}

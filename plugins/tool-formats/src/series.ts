import {
  attempt,
  type Reading,
  type Region,
  type RegionEnd,
  reject,
  type ReplyWriter,
  type TextReader,
} from '@dragoman/plugin';

/** What is read, and what is told of it. */
export interface Place {
  readonly text: TextReader;
  readonly reply: ReplyWriter;
}

export interface SeriesRules {
  /** What begins each call. */
  readonly begin: string;
  /** What ends the series. */
  readonly end: string;
  /** Reads one call, after what begins it. */
  readonly call: Region;
}

/** A region of one or more calls that markers begin. */
export function series({ begin, end, call }: SeriesRules): Region {
  return function* (text, reply) {
    yield* text.spaces();
    if (!(yield* text.takes(begin))) reject();
    let { owes = [] } = yield* call(text, reply);
    while (owes.length === 0) {
      if (yield* takesEnd({ text, reply }, end)) return {};
      const isNext = (yield* text.find([begin])) !== undefined;
      const next = isNext ? yield* attempt(text, () => readAfter(begin, call, { text, reply })) : undefined;
      if (!next) break;
      owes = next.owes ?? [];
    }
    return { owes: [...owes, end] };
  };
}

function readAfter(marker: string, region: Region, { text, reply }: Place): Reading<RegionEnd> {
  text.skip(marker.length);
  return region(text, reply);
}

/** Takes an end marker and the whitespace before it. If something else is next, the whitespace belongs to the reply. */
export function* takesEnd({ text, reply }: Place, end: string): Reading<boolean> {
  yield* text.spaces((piece) => reply.content(piece));
  const isNext = yield* text.takes(end);
  if (isNext) reply.dropSpace();
  return isNext;
}

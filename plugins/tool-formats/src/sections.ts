import {
  attempt,
  type Reading,
  type Region,
  type RegionEnd,
  reject,
  type ReplyWriter,
  type TextReader,
} from '@dragoman/plugin';

export interface SectionRules {
  /** What ends a section, by what begins it. */
  readonly sections: Readonly<Record<string, string>>;
  /** What begins a call, within a section or without one. */
  readonly begin: string;
  readonly end: string;
  /** Reads a call between these markers. */
  readonly readCall: (text: TextReader, reply: ReplyWriter) => Reading;
}

/** Regions of calls with markers of their own, in sections that have markers, too. */
export function sections({ sections: ends, begin, end, readCall }: SectionRules): Record<string, Region> {
  const call: Region = function* (text, reply): Reading<RegionEnd> {
    yield* readCall(text, reply);
    yield* text.spaces((piece) => reply.content(piece));
    if (!(yield* text.takes(end))) return { owes: [end] };
    reply.dropSpace();
    return {};
  };
  const section = (last: string): Region =>
    function* (text, reply) {
      yield* text.spaces();
      if (!(yield* text.takes(begin))) reject();
      let { owes = [] } = yield* call(text, reply);
      while (owes.length === 0) {
        yield* text.spaces((piece) => reply.content(piece));
        if (yield* text.takes(last)) {
          reply.dropSpace();
          return {};
        }
        const isNext = (yield* text.find([begin])) !== undefined;
        const next = isNext ? yield* attempt(text, () => readAfter(begin, call, { text, reply })) : undefined;
        if (!next) break;
        owes = next.owes ?? [];
      }
      return { owes: [...owes, last] };
    };
  const regions = Object.entries(ends).map(([start, last]) => [start, section(last)] as const);
  return { ...Object.fromEntries(regions), [begin]: call };
}

function readAfter(
  marker: string,
  region: Region,
  { text, reply }: { readonly text: TextReader; readonly reply: ReplyWriter },
): Reading<RegionEnd> {
  text.skip(marker.length);
  return region(text, reply);
}

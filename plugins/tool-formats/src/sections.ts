import type { Reading, Region, RegionEnd, ReplyWriter, TextReader } from '@dragoman/plugin';
import { series, takesEnd } from './series.ts';

export interface SectionRules {
  /** What ends a section, by what begins it. */
  readonly sections: Readonly<Record<string, string>>;
  /** What begins a call, within a section or without one. */
  readonly begin: string;
  readonly end: string;
  /** Reads a call between these markers. */
  readonly readCall: (text: TextReader, reply: ReplyWriter) => Reading;
}

/** Regions of calls with markers of their own, in sections that also have markers. */
export function sections({ sections: ends, begin, end, readCall }: SectionRules): Record<string, Region> {
  const call: Region = function* (text, reply): Reading<RegionEnd> {
    yield* readCall(text, reply);
    return (yield* takesEnd({ text, reply }, end)) ? {} : { owes: [end] };
  };
  const regions = Object.entries(ends).map(
    ([start, last]) => [start, series({ begin, end: last, call })] as const,
  );
  return { ...Object.fromEntries(regions), [begin]: call };
}

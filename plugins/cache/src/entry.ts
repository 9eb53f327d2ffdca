import type { ChatEvent } from '@dragoman/plugin';
import { z } from 'zod';

/** A reply as it is kept. */
export interface Entry {
  /** When it was complete, in milliseconds since 1970. */
  readonly at: number;
  /** Its events, without pings. */
  readonly events: readonly ChatEvent[];
  /** Whose price it spares the next time, if known. */
  readonly served?: Served | undefined;
}

/** Who answered. */
export interface Served {
  /** The id of the upstream. */
  readonly upstream: string;
  /** Its own name of the model. */
  readonly model: string;
}

/** Entries of another format are not read: they were written by another version. */
const FORMAT = 1;

/** A run of deltas of one block: most of a reply is such runs, and one event for each would take eight times as much. */
type Packed =
  | Exclude<ChatEvent, { type: 'block-delta' }>
  | { readonly index: number; readonly deltas: string[] };

const schema = z.object({
  format: z.literal(FORMAT),
  at: z.number(),
  events: z.array(z.looseObject({})).min(1),
  served: z.object({ upstream: z.string(), model: z.string() }).optional(),
});

export function encodeEntry({ at, events, served }: Entry): string {
  const packed: Packed[] = [];
  for (const event of events) {
    if (event.type !== 'block-delta') {
      packed.push(event);
      continue;
    }
    const last = packed.at(-1);
    if (last && 'deltas' in last && last.index === event.index) last.deltas.push(event.delta);
    else packed.push({ index: event.index, deltas: [event.delta] });
  }
  return JSON.stringify({ format: FORMAT, at, events: packed, served });
}

/** `undefined` for what is no entry of this version. */
export function decodeEntry(text: string): Entry | undefined {
  const parsed = schema.safeParse(parseOrNothing(text));
  if (!parsed.success) return undefined;
  const { at, events, served } = parsed.data;
  return { at, served, events: (events as unknown as readonly Packed[]).flatMap(unpack) };
}

function unpack(packed: Packed): readonly ChatEvent[] {
  if (!('deltas' in packed)) return [packed];
  const { index, deltas } = packed;
  return deltas.map((delta) => ({ type: 'block-delta', index, delta }));
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

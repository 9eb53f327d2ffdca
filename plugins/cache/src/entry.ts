import { type ChatEvent, checkGrammar } from '@dragoman/plugin';
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

/** `undefined` for what is no entry of this version, or was damaged: replayed, it would fail requests until it expires. */
export async function decodeEntry(text: string): Promise<Entry | undefined> {
  const parsed = schema.safeParse(parseOrNothing(text));
  if (!parsed.success) return undefined;
  const { at, events: packed, served } = parsed.data;
  const events: ChatEvent[] = [];
  try {
    for await (const event of checkGrammar(unpack(packed as unknown as readonly Packed[])))
      events.push(event);
  } catch {
    return undefined;
  }
  return { at, served, events };
}

async function* unpack(packed: readonly Packed[]): AsyncGenerator<ChatEvent> {
  for (const event of packed)
    if ('deltas' in event)
      for (const delta of event.deltas) yield { type: 'block-delta', index: event.index, delta };
    else yield event;
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

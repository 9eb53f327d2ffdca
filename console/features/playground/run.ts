import type { ChatEvent } from '@dragoman/plugin';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { messageOf } from '../../lib/admin/api-error.ts';
import { streamAdmin } from '../../lib/admin/call.ts';
import type { PlaygroundInput } from '../../lib/admin/types.ts';
import { createReader, NOTHING_SAID, type Said } from './read-event.ts';

export type RunState = 'running' | 'done' | 'stopped' | 'failed';

/** One answer of one model, as it comes. */
export interface Run extends Said {
  readonly state: RunState;
  readonly error?: string;
  readonly ttftMs?: number;
  readonly ms: number;
  /** Who answered, after how many attempts. */
  readonly served?: string;
  readonly attempts?: number;
  readonly traceId?: string;
  /** What of the prompt the protocol could not say. */
  readonly dropped: readonly string[];
  readonly raw: readonly string[];
}

export const NEW_RUN: Run = { ...NOTHING_SAID, state: 'running', ms: 0, dropped: [], raw: [] };

interface RunInput {
  readonly input: PlaygroundInput;
  readonly signal: AbortSignal;
  /** Told at most once for each picture that the screen shows. */
  readonly onChange: (run: Run) => void;
}

/** Asks a model through the gateway and tells the answer as it comes. Never throws. */
export async function runRequest({ input, signal, onChange }: RunInput): Promise<Run> {
  const begun = performance.now();
  let run = NEW_RUN;
  let frame = 0;
  const update = (change: Partial<Run>): void => {
    run = { ...run, ...change, ms: performance.now() - begun };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      onChange(run);
    });
  };
  const end = (change: Partial<Run>): Run => {
    cancelAnimationFrame(frame);
    run = { ...run, ...change, ms: performance.now() - begun };
    onChange(run);
    return run;
  };
  const read = createReader();
  const told = (name: string | undefined, data: string): Partial<Run> => {
    switch (name) {
      case 'head':
        return headOf(JSON.parse(data) as Head);
      case 'raw':
        return { raw: [...run.raw, data] };
      case 'event': {
        const event = JSON.parse(data) as ChatEvent;
        const isFirst = event.type === 'block-delta' && run.ttftMs === undefined;
        return { ...read(run, event), ...(isFirst && { ttftMs: performance.now() - begun }) };
      }
      case 'error':
        return { error: (JSON.parse(data) as { readonly message: string }).message };
      default:
        return {};
    }
  };
  try {
    const events = (await streamAdmin('POST /playground/chat', { body: input }, signal))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { event, data } of iterate(events)) update(told(event, data));
    return end({ state: run.error === undefined ? 'done' : 'failed' });
  } catch (error) {
    return end(signal.aborted ? { state: 'stopped' } : { state: 'failed', error: messageOf(error) });
  }
}

/** Not every browser iterates streams by itself. */
async function* iterate<T>(events: ReadableStream<T>): AsyncGenerator<T> {
  const reader = events.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

interface Head {
  readonly id?: string;
  readonly upstream?: string;
  readonly model?: string;
  readonly attempts: number;
  readonly dropped: readonly { readonly field: string; readonly why: string }[];
}

function headOf({ id, upstream, model = '', attempts, dropped }: Head): Partial<Run> {
  return {
    ...(upstream !== undefined && { served: `${upstream}/${model}` }),
    ...(id !== undefined && { traceId: id }),
    attempts,
    dropped: dropped.map(({ field, why }) => `${field}: ${why}`),
  };
}

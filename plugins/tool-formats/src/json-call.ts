import { type Reading, reject, scanJson } from '@dragoman/plugin';
import type { Place } from './series.ts';

/** Reads a call from its arguments on, which must be a JSON object. */
export function* readJsonCall({ text, reply }: Place, name: string, id?: string): Reading {
  yield* text.spaces();
  if ((yield* text.peek()) !== '{') reject();
  reply.check(name);
  reply.commit(name, { id });
  yield* scanJson(text, (piece) => reply.arguments(piece));
  reply.endCall();
}

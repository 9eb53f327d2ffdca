import type { BodyWatcher, Reply } from '../../../routing/reply.ts';

/** A field named `id` or `…_id` and its value. Quotes inside strings are escaped, so a match is really a field. */
const ID_FIELD = /"((?:\w{1,40}_)?id)"\s{0,9}:\s{0,9}"([ !#-[\]-~]{1,256})"/g;

/** The longest field that may span two chunks. */
const LONGEST_FIELD = 400;

/** Receives each id, the reply's own first; returns whether to continue. */
export type NoteId = (id: string, field: string) => boolean;

/** Reports the ids in a reply as they pass. */
export function noteReplyIds(reply: Reply, note: NoteId): Reply {
  const { body } = reply;
  const look = createLook(note);
  if (typeof body === 'string') look(body);
  else if (body instanceof Uint8Array) look(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  else if ('readable' in body) return { ...reply, watcher: watched(reply.watcher, look) };
  else return { ...reply, body: seen(body, look) };
  return reply;
}

type Look = (piece: string | Buffer) => void;

function createLook(note: NoteId): Look {
  let before = '';
  let isOver = false;
  return (piece) => {
    if (isOver) return;
    const text = before + (typeof piece === 'string' ? piece : piece.toString('latin1'));
    let end = 0;
    for (const { 0: found, 1: field = '', 2: id = '', index } of text.matchAll(ID_FIELD)) {
      end = index + found.length;
      isOver = !note(id, field);
      if (isOver) break;
    }
    before = isOver ? '' : text.slice(Math.max(end, text.length - LONGEST_FIELD));
  };
}

function watched(watcher: BodyWatcher | undefined, look: Look): BodyWatcher {
  return {
    push(chunk) {
      look(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      watcher?.push?.(chunk);
    },
    ...(watcher?.replace && { replace: (chunk) => watcher.replace?.(chunk) ?? chunk }),
    end: () => watcher?.end(),
  };
}

async function* seen(body: AsyncIterable<string>, look: Look): AsyncGenerator<string> {
  for await (const piece of body) {
    look(piece);
    yield piece;
  }
}

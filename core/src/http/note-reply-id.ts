import type { BodyWatcher, Reply } from '../routing/exchange.ts';

/** The id is near the start of a reply and of the first event of a stream. */
const LOOK_CHARACTERS = 16 * 1024;

/** Reports the id of a reply as soon as it passes. */
export function noteReplyId(reply: Reply, note: (id: string) => void): Reply {
  const { body } = reply;
  const look = createLook(note);
  if (typeof body === 'string') look(body);
  else if (body instanceof Uint8Array) look(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  else if ('readable' in body) return { ...reply, watcher: watched(reply.watcher, look) };
  else return { ...reply, body: seen(body, look) };
  return reply;
}

type Look = (piece: string | Buffer) => void;

function createLook(note: (id: string) => void): Look {
  let text = '';
  let isOver = false;
  return (piece) => {
    if (isOver) return;
    text += typeof piece === 'string' ? piece : piece.toString('utf8', 0, LOOK_CHARACTERS);
    const id = /"id"\s{0,9}:\s{0,9}"([^"\\]{1,256})"/.exec(text.slice(0, LOOK_CHARACTERS))?.[1];
    isOver = id !== undefined || text.length >= LOOK_CHARACTERS;
    if (isOver) text = '';
    if (id !== undefined) note(id);
  };
}

function watched(watcher: BodyWatcher | undefined, look: Look): BodyWatcher {
  return {
    push(chunk) {
      look(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      watcher?.push?.(chunk);
    },
    end: () => watcher?.end(),
  };
}

async function* seen(body: AsyncIterable<string>, look: Look): AsyncGenerator<string> {
  for await (const piece of body) {
    look(piece);
    yield piece;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { awaitsContinue } from './awaits-continue.ts';

/** What is read after the answer at most. */
export const UNREAD_BOUNDS = { bytes: 128 * 1024 * 1024, ms: 30_000 } as const;
/** A body that was never asked for should not come at all. */
const MOST_UNASKED_MS = 1_000;

interface Answered {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/**
 * Reads and discards what is left of the body of a request that is answered already, within bounds, and has the
 * connection wait for that before it closes. A socket that is closed with unread bytes is reset by the system; a client
 * that sends its whole body first would get an error of the connection instead of its answer.
 */
export function discardRest({ req, res }: Answered): void {
  if (req.complete || req.destroyed) return;
  const { socket } = req;
  const isUnasked = awaitsContinue(req.headers.expect) && !req.readableDidRead;
  // Clients should not send another request behind a body that they may leave out or break off.
  if (!res.headersSent) res.setHeader('connection', 'close');
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const close = socket.destroySoon.bind(socket);
  // Node calls it when the answer was the last one of the connection.
  socket.destroySoon = () => void isOver.then(close);

  let left: number = UNREAD_BOUNDS.bytes;
  const read = (): void => {
    // Not by `data`: whatever has read from this stream before, paused or half through an iterator, does not matter.
    for (let piece: Buffer | null; (piece = req.read() as Buffer | null) !== null;) left -= piece.length;
    if (left < 0) giveUp();
  };
  const settle = (): void => {
    clearTimeout(timer);
    req.off('readable', read);
    socket.destroySoon = close;
    end();
  };
  const giveUp = (): void => {
    settle();
    close();
  };
  const timer = setTimeout(giveUp, isUnasked ? MOST_UNASKED_MS : UNREAD_BOUNDS.ms).unref();
  req.once('end', settle);
  req.once('close', settle);
  req.on('readable', read);
  read();
}

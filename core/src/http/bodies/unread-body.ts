import type { IncomingMessage, ServerResponse } from 'node:http';
import { awaitsContinue } from './awaits-continue.ts';

/** The most that is read after the reply. */
export const UNREAD_BOUNDS = { bytes: 128 * 1024 * 1024, ms: 30_000 } as const;
/** A body that was never requested should not arrive at all. */
const MOST_UNASKED_MS = 1_000;

interface Answered {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/**
 * Reads and discards the rest of the body of a request that was already answered, within bounds, and delays closing the
 * connection until then. The system resets a socket that is closed with unread bytes; a client that sends its whole body
 * first would get a connection error instead of its reply.
 */
export function discardRest({ req, res }: Answered): void {
  if (req.complete || req.destroyed) return;
  const { socket } = req;
  const isUnasked = awaitsContinue(req.headers.expect) && !req.readableDidRead;
  // Clients should not send another request after a body that they may omit or truncate.
  if (!res.headersSent) res.setHeader('connection', 'close');
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const close = socket.destroySoon.bind(socket);
  // Node calls it after the last reply of the connection.
  socket.destroySoon = () => void isOver.then(close);

  let left: number = UNREAD_BOUNDS.bytes;
  const read = (): void => {
    // Not by `data` events: it does not matter who has read from this stream before, and how far.
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

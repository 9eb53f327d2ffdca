import type { IncomingMessage } from 'node:http';
import type { Intake } from './intake.ts';
import { Pieces } from './pieces.ts';

export interface HeadInput {
  readonly intake: Intake;
  /** How many bytes to read before the first check; each further check is at twice as many. */
  readonly firstLook?: number;
  readonly isEnough: (bytes: Buffer) => boolean;
}

export interface Head {
  readonly head: Buffer;
  readonly ended: boolean;
  /** The unread rest. */
  readonly rest: AsyncIterable<Buffer>;
}

/** Reads a body until it is enough, or to its end, or to the limit. */
export async function readHead(
  request: IncomingMessage,
  { intake, firstLook = 1, isEnough }: HeadInput,
): Promise<Head> {
  const { limit, account, uploads } = intake;
  intake.askFor();
  // Leaving the body must not close the connection, which the reply still needs.
  const source = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const rest = { [Symbol.asyncIterator]: () => source };
  const pieces = new Pieces();
  let fail: (error: Error) => void = () => {};
  const upload = uploads.watch((error) => fail(error));
  // Not `Promise.race` with one long-lived promise: that would keep every chunk until the end.
  const nextPiece = (): Promise<IteratorResult<Buffer>> =>
    new Promise((resolve, reject) => {
      fail = reject;
      source.next().then(resolve, reject);
    });
  let look = firstLook;
  try {
    while (pieces.size < limit) {
      const next = await nextPiece();
      if (next.done) return { head: pieces.join(), ended: true, rest };
      account.add(next.value.length);
      upload.add(next.value.length);
      pieces.push(next.value);
      if (pieces.size < look) continue;
      look = pieces.size * 2;
      if (isEnough(pieces.join())) break;
    }
  } finally {
    upload.end();
  }
  return { head: pieces.join(), ended: false, rest };
}

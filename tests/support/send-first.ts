import { once } from 'node:events';
import { connect } from 'node:net';

export interface SentFirst {
  /** Empty when the connection broke before it was read. */
  readonly answer: string;
  /** The code of what broke the connection. */
  readonly error: string | undefined;
}

export interface SendFirstInput {
  readonly head: readonly string[];
  readonly body: Iterable<Buffer>;
}

/** Sends a whole request before it reads anything, as many clients and proxies do. */
export async function sendFirst(url: string, { head, body }: SendFirstInput): Promise<SentFirst> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let error: string | undefined;
  socket.on('error', (failure: NodeJS.ErrnoException) => (error = failure.code));
  await once(socket, 'connect');
  socket.pause();
  const send = async (bytes: string | Buffer): Promise<void> => {
    if (error === undefined) await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  };
  await send(`${[...head, `Host: ${hostname}:${port}`].join('\r\n')}\r\n\r\n`);
  for (const piece of body) await send(piece);
  let answer = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      answer += piece.toString();
      if (isWhole(answer)) resolve();
    });
    socket.once('close', () => resolve());
    socket.resume();
    if (socket.destroyed) resolve();
  });
  socket.destroy();
  return { answer, error };
}

function isWhole(answer: string): boolean {
  const [head = '', body] = answer.split('\r\n\r\n', 2);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length);
}

import { connect, type Socket } from 'node:net';
import { type Draft, messageOf } from '../support/hostile/draft.ts';
import { type RawResponse, readResponses } from './read-response.ts';

/** What became of a request. */
export interface Outcome {
  readonly responses: readonly RawResponse[];
  /** `left`: the client went away on purpose. */
  readonly end: 'closed' | 'refused' | 'left' | 'silent';
  readonly ms: number;
}

/** The gateway's own limits are far below; an answer after this is none. */
const PATIENCE_MS = 20_000;
/** Half a message may rightly have no answer before the server's own time-out; nobody waits for that here. */
const HALF_MS = 1_000;
/** A client that leaves in the middle of its message gives the gateway this long to read what it sent. */
const LEAVE_MS = 150;

export interface SendInput {
  readonly port: number;
  readonly draft: Draft;
}

/** Sends a draft on a connection of its own, byte by byte as it says. */
export function send({ port, draft }: SendInput): Promise<Outcome> {
  const message = messageOf(draft);
  const { leavesAfter = Infinity, stopsAfter, pieceBytes = Infinity } = draft.wire ?? {};
  const methods = [draft.method, draft.method];
  const begun = performance.now();
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const finish = (end: Outcome['end']): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({
        responses: readResponses(Buffer.concat(chunks), methods),
        end,
        ms: performance.now() - begun,
      });
    };
    const timer = setTimeout(() => finish('silent'), draft.wire?.message ? HALF_MS : PATIENCE_MS);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= leavesAfter) finish('left');
      else if (isIdle(chunks, chunk, methods)) finish('closed');
    });
    socket.on('error', () => finish(size > 0 ? 'closed' : 'refused'));
    socket.on('close', () => finish('closed'));
    socket.on('connect', () => {
      if (stopsAfter !== undefined) {
        socket.write(message.subarray(0, stopsAfter));
        setTimeout(() => finish('left'), LEAVE_MS);
        return;
      }
      void write(socket, message, pieceBytes);
    });
  });
}

/** Many small packets say no more than a few do. */
const MAX_PIECES = 50;

async function write(socket: Socket, message: Buffer, pieceBytes: number): Promise<void> {
  let at = 0;
  for (let pieces = 1; pieces < MAX_PIECES && at + pieceBytes < message.length; pieces += 1) {
    socket.write(message.subarray(at, at + pieceBytes));
    at += pieceBytes;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!socket.destroyed) socket.write(message.subarray(at));
}

/** Beyond this size it is looked for the end only where it may have come. */
const SMALL = 64 * 1024;

/** A server that keeps the connection open has answered when the framing says so. */
function isIdle(chunks: readonly Buffer[], last: Buffer, methods: readonly string[]): boolean {
  const head = chunks[0]?.toString('latin1', 0, 2_000) ?? '';
  if (/\r\nconnection: close/i.test(head)) return false;
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size > SMALL && !/[}\n]$/.test(last.subarray(-1).toString('latin1'))) return false;
  const responses = readResponses(Buffer.concat(chunks), methods);
  return responses.length > 0 && responses.every(({ isWhole }) => isWhole);
}

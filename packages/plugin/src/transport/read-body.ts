import type { Readable } from 'node:stream';
import { guarded } from '../timing/guarded.ts';
import { ReplyBody } from './reply-body.ts';

/** Reads at most `limit` bytes of a body as text, without a byte order mark, and discards the rest. If the body fails, returns what arrived. */
export async function readText(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // The status already says that the call failed; what was read may still say why.
  }
  body.destroy();
  const text = Buffer.concat(chunks).subarray(0, limit).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * Reads a whole body. A larger one than `limit` bytes is put back, paused, and the result is `undefined`. Events are
 * cheaper here than async iteration.
 */
export function readUpTo(body: Readable, limit: number): Promise<Buffer | undefined> {
  const whole = body instanceof ReplyBody ? body.takeWhole(limit) : undefined;
  if (whole) return Promise.resolve(whole);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (): Buffer => {
      body.off('data', take);
      body.off('end', onEnd);
      body.off('error', reject);
      return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    };
    const onEnd = (): void => resolve(settle());
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limit) return;
      body.pause();
      body.unshift(settle());
      resolve(undefined);
    };
    const take = guarded(onData, reject);
    body.on('data', take);
    body.once('end', onEnd);
    body.once('error', reject);
  });
}

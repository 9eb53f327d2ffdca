import { readFileSync } from 'node:fs';
import { type JsonObject, readSse, type SseEvent } from '@dragoman/plugin';

const folder = new URL('fixtures/', import.meta.url);

/** The events of a stream that is kept as wire bytes, read in pieces of a size; 0 reads it whole. */
export function readFixture(name: string, chunkBytes: number): AsyncIterable<SseEvent> {
  return readSse(inPieces(readFileSync(new URL(`${name}.sse`, folder)), chunkBytes || Infinity));
}

export function readJsonFixture(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as JsonObject;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Tap {
  /** Takes a reference to a piece that passes by. */
  readonly push: (chunk: Uint8Array) => void;
  /** The last bytes that passed, at least `limit` of them where there were so many, as text. */
  text(): string;
}

/** Keeps the end of a byte stream by reference: nothing is copied or parsed while the stream runs. */
export function createTap(limit: number): Tap {
  let chunks: Uint8Array[] = [];
  let size = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit * 2) {
        while (chunks.length > 1 && size - (chunks[0]?.length ?? 0) >= limit)
          size -= chunks.shift()?.length ?? 0;
        if (chunks.length === 1 && size > limit * 2) {
          chunks = [Buffer.from(chunks[0]?.subarray(-limit) ?? [])];
          size = limit;
        }
      }
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

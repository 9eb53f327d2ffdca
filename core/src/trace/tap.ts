export interface Tap {
  /** Takes a reference to a piece that passes by. */
  readonly push: (chunk: Uint8Array) => void;
  /** The last bytes that passed, at least `limit` of them where there were so many. */
  bytes(): Buffer;
}

/**
 * Keeps the end of a byte stream by reference: nothing is copied or parsed while the stream runs. What is no longer
 * kept is handed to `drop`, in order.
 */
export function createTap(limit: number, drop?: (chunk: Uint8Array) => void): Tap {
  let chunks: Uint8Array[] = [];
  let size = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit * 2) {
        let first = chunks[0];
        while (first && chunks.length > 1 && size - first.length >= limit) {
          size -= first.length;
          chunks.shift();
          drop?.(first);
          first = chunks[0];
        }
        if (first && chunks.length === 1 && size > limit * 2) {
          drop?.(first.subarray(0, -limit));
          chunks = [Buffer.from(first.subarray(-limit))];
          size = limit;
        }
      }
    },
    bytes: () => Buffer.concat(chunks),
  };
}

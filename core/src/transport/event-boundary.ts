/** Whether the bytes of two consecutive pieces end with a blank line, so that an SSE event is complete. */
export function endsAtEvent(before: Uint8Array | undefined, last: Uint8Array): boolean {
  const end = Buffer.concat([before?.subarray(-4) ?? new Uint8Array(), last.subarray(-4)]).toString('latin1');
  return /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)$/.test(end);
}

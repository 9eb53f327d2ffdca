/** Whether two consecutive chunks end with a blank line, which completes an SSE event. */
export function endsAtEvent(before: Uint8Array | undefined, last: Uint8Array): boolean {
  const end = Buffer.concat([before?.subarray(-4) ?? new Uint8Array(), last.subarray(-4)]).toString('latin1');
  return /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)$/.test(end);
}

import type { TraceRecord } from '../canonical/trace-record.ts';

/** Shorter ones tell more of the network than of the model. */
const LEAST_MS = 50;

/** Tokens of the reply per second, from its first content to its end; `undefined` where it came at once. */
export function tokensPerSecond({
  ms,
  ttftMs,
  outputTokens,
}: Pick<TraceRecord, 'ms' | 'ttftMs' | 'outputTokens'>): number | undefined {
  if (ttftMs === undefined || outputTokens === undefined || outputTokens < 2) return undefined;
  const writing = ms - ttftMs;
  return writing < LEAST_MS ? undefined : (outputTokens * 1000) / writing;
}

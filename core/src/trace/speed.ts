import type { TraceRecord } from '@dragoman/plugin';

/** Shorter replies measure the network rather than the model. */
const LEAST_MS = 50;

/** Tokens per second of the reply, from its first content to its end; `undefined` if it arrived at once. */
export function tokensPerSecond({
  ms,
  ttftMs,
  outputTokens,
}: Pick<TraceRecord, 'ms' | 'ttftMs' | 'outputTokens'>): number | undefined {
  if (ttftMs === undefined || outputTokens === undefined || outputTokens < 2) return undefined;
  const writing = ms - ttftMs;
  return writing < LEAST_MS ? undefined : (outputTokens * 1000) / writing;
}

import type { FinishReason } from '../canonical/chat.ts';

/**
 * Why a choice ended whose calls were read from its text: the upstream did not know of them. A reason for which arguments
 * may be incomplete stays.
 */
export function reasonWithCalls(reason: FinishReason, calls: number): FinishReason {
  if (calls === 0) return reason === 'tool-use' ? 'stop' : reason;
  return reason === 'stop' || reason === 'stop-sequence' ? 'tool-use' : reason;
}

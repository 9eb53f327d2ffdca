/** Whether a status can end a request: an informational one or one that nobody knows is no answer. */
export function isReplyStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

/** Whether a status can complete a request: informational and unknown ones cannot. */
export function isReplyStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

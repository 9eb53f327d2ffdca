/** Whether a client waits for `100 Continue` before it sends its body, by its `expect` header. */
export function awaitsContinue(expect: string | undefined): boolean {
  return expect !== undefined && /(?:^|\W)100-continue(?:\W|$)/i.test(expect);
}

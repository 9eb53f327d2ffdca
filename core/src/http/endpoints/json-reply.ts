import type { Reply } from '../../routing/reply.ts';

/** A JSON reply of the gateway itself. */
export function jsonReply(value: object): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}

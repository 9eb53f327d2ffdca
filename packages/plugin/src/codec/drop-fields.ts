import type { ChatRequest } from '../canonical/chat.ts';

/** Drops request fields that an upstream has no parameter for. `fields` maps each to the name that clients know. */
export function dropFields(
  request: ChatRequest,
  fields: Partial<Record<keyof ChatRequest, string>>,
  drop: (field: string, why: string) => void,
): void {
  for (const [name, field] of Object.entries(fields)) {
    if (request[name as keyof ChatRequest] !== undefined) drop(field, 'The upstream has no such parameter.');
  }
}

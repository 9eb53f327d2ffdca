import type { JsonObject, JsonValue } from '@dragoman/plugin';

/** The wire of `/api/chat`: JSON objects in, lines of JSON out. */
export const OLLAMA = 'ollama';

/** What each line of a reply has besides its message. */
export interface Head {
  readonly model: string;
  readonly created: number;
}

export function line(value: JsonObject): string {
  return `${JSON.stringify(value)}\n`;
}

export function headOf({ model, created }: Head): JsonObject {
  return { model, created_at: new Date(created * 1000).toISOString() };
}

/** Calls have no id on this wire: they are told apart by their place. */
export function callId(at: number): string {
  return `call_${at}`;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

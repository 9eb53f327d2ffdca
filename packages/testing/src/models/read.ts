import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import type { ModelMessage } from './request.ts';

export function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function stringIn(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A text, or the texts of a list of parts. */
export function textIn(value: JsonValue | undefined): string {
  return (
    stringIn(value) ||
    objectsIn(value)
      .map((part) => stringIn(part['text']))
      .join('')
  );
}

/** A message of this role if there is a text. */
export function messageIf(role: ModelMessage['role'], text: string): readonly ModelMessage[] {
  return text === '' ? [] : [{ role, text }];
}

/** The role as wires name it. */
export function roleIn(value: JsonValue | undefined): ModelMessage['role'] {
  if (value === 'system' || value === 'developer') return 'system';
  if (value === 'assistant' || value === 'model') return 'assistant';
  return value === 'tool' ? 'tool' : 'user';
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Opaque } from '../canonical/chat.ts';
import { defined, isJsonObject, type JsonObject } from '../canonical/json.ts';

/**
 * Carries opaque state of one protocol through clients of another, as base64 of JSON, which every client keeps like a
 * signature of its own.
 */
export interface OpaqueBox {
  seal(opaque: Opaque): string;
  /** The state inside; `undefined` if the text is not an envelope of this gateway, or was altered. */
  open(text: string): Opaque | undefined;
}

const KINDS: readonly string[] = ['thinking', 'redacted', 'reasoning', 'call', 'text'];

/** Short, since it travels with every reasoning block; 128 bits are beyond guessing. */
const TAG_LENGTH = 22;

/**
 * The tag keeps clients from forging state. `owner` is the client's key: what was sealed for one does not open for
 * another.
 */
export function createOpaqueBox(key: Uint8Array, owner = ''): OpaqueBox {
  const tagOf = (text: string): string =>
    createHmac('sha256', key)
      .update(owner === '' ? text : JSON.stringify([owner, text]))
      .digest('base64url')
      .slice(0, TAG_LENGTH);
  return {
    seal({ protocol, kind, data, itemId }) {
      const fields = defined({ gw: 1, p: protocol, k: kind, d: data, i: itemId });
      const envelope = { ...fields, h: tagOf(JSON.stringify(fields)) };
      return Buffer.from(JSON.stringify(envelope)).toString('base64');
    },
    open(text) {
      const envelope = parseEnvelope(text);
      if (!envelope) return undefined;
      const { h, ...fields } = envelope;
      if (typeof h !== 'string' || !isSame(h, tagOf(JSON.stringify(fields)))) return undefined;
      return readOpaque(fields);
    },
  };
}

/**
 * The state in a client's field: an envelope, or the client protocol's own. An envelope that does not open was altered
 * or belongs to another key, and is ignored.
 */
export function openState(box: OpaqueBox, own: Opaque & { readonly data: string }): Opaque | undefined {
  return own.data.startsWith(ENVELOPE) ? box.open(own.data) : own;
}

/** How `{"gw":1` begins in base64. */
const ENVELOPE = 'eyJndyI6MS';

function parseEnvelope(text: string): JsonObject | undefined {
  // Other signatures need not be parsed.
  if (!text.startsWith(ENVELOPE)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readOpaque({ p: protocol, k: kind, d, i }: JsonObject): Opaque | undefined {
  if (typeof protocol !== 'string' || typeof kind !== 'string' || !KINDS.includes(kind)) return undefined;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return defined({ protocol, kind: kind as Opaque['kind'], data: text(d), itemId: text(i) });
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

import type { Dice } from './dice.ts';
import { serialise, type Tree } from './json-tree.ts';

export type HeaderLine = readonly [name: string, value: string];

/** Whose errors the answer has to speak; `page` is everything that serves no model. */
export type Speaker = 'openai' | 'anthropic' | 'gemini' | 'admin' | 'page';

/** A request that is still being made. */
export interface Draft {
  /** For statistics: `POST /v1/messages`. */
  readonly route: string;
  readonly speaker: Speaker;
  readonly method: string;
  /** The path and query as they are written. */
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: { readonly json: Tree } | { readonly bytes: Buffer } | undefined;
  /** How the bytes are sent; see `wire.ts`. */
  readonly wire?: Wire;
  /** Whether it must be answered with 2xx as long as nothing is changed. */
  readonly isValid?: boolean;
}

/** What a client does to the connection. */
export interface Wire {
  /** Sent instead of the message that the draft describes. */
  readonly message?: Buffer;
  /** Leaves after so many bytes of the answer. */
  readonly leavesAfter?: number;
  /** Leaves after so many bytes of its own message. */
  readonly stopsAfter?: number;
  /** Sends in pieces of this size. */
  readonly pieceBytes?: number;
}

/** A change for the worse. Changes apply in the order of their stages, so that each finds what it needs. */
export interface Mutation {
  readonly name: string;
  readonly stage: 'json' | 'bytes' | 'head' | 'wire';
  /** How often it is chosen beside others of its stage. Default 1. */
  readonly weight?: number;
  apply(draft: Draft, dice: Dice): Draft;
}

export function bytesOf({ body }: Draft): Buffer {
  if (!body) return Buffer.alloc(0);
  return 'bytes' in body ? body.bytes : Buffer.from(serialise(body.json));
}

export function withHeader({ headers, ...draft }: Draft, name: string, value: string): Draft {
  return { ...draft, headers: [...headers.filter(([known]) => known !== name), [name, value]] };
}

/** The message as HTTP/1.1. Header values are written as Latin-1, so that every byte can be in them. */
export function messageOf(draft: Draft): Buffer {
  if (draft.wire?.message) return draft.wire.message;
  const bytes = bytesOf(draft);
  const names = new Set(draft.headers.map(([name]) => name.toLowerCase()));
  const isFramed = names.has('content-length') || names.has('transfer-encoding');
  const lines = [
    `${draft.method} ${draft.target} HTTP/1.1`,
    ...(names.has('host') ? [] : ['host: 127.0.0.1']),
    ...(names.has('connection') ? [] : ['connection: close']),
    ...draft.headers.map(([name, value]) => `${name}: ${value}`),
    ...(bytes.length > 0 && !isFramed ? [`content-length: ${bytes.length}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

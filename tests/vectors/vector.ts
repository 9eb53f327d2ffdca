import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '@dragoman/plugin';
import type { Frame } from '@dragoman/testing/upstreams';

export type Wire = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';

/** One conversion, told from outside: what a client sends, what the upstream must see and the client must get. */
export interface Vector {
  readonly name: string;
  readonly category: string;
  readonly from: Wire;
  /** `none`: nothing may be called. */
  readonly to: Wire | 'none';
  readonly route: {
    readonly clientModel: string;
    readonly upstreamModel: string;
    readonly caps?: JsonObject;
  };
  readonly input: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: JsonValue;
  };
  /** Partial; `null`: the upstream must not be called. */
  readonly expectedUpstream: {
    readonly path?: string;
    readonly headers?: Readonly<Record<string, JsonValue>>;
    readonly body?: JsonValue;
  } | null;
  readonly upstreamReply?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: JsonValue;
    readonly rawBody?: string;
  } | null;
  readonly upstreamStream?: { readonly status: number; readonly frames: readonly Frame[] };
  readonly expectedClient: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, JsonValue>>;
    readonly body?: JsonValue;
    /** An ordered subsequence of the stream. */
    readonly frames?: readonly JsonValue[];
    readonly framesAbsent?: readonly JsonValue[];
    /** What the official SDK builds from the whole stream. */
    readonly assembled?: JsonValue;
    /** What the official SDK throws. */
    readonly sdkError?: JsonValue;
  };
}

const FOLDER = new URL('./fixtures/', import.meta.url);

export function readVectors(): readonly Vector[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Vector);
}

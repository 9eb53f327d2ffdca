import type { TraceDetail } from '../../../lib/admin/types.ts';

/** What the console shows of the gateway's own form of a request and its answer. */
export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly callId?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly isError?: boolean;
  readonly media?: string;
  readonly source?: {
    readonly type: string;
    readonly mimeType?: string;
    readonly data?: string;
    readonly url?: string;
  };
  readonly content?: readonly Part[];
  readonly json?: unknown;
}

export interface Said {
  readonly role: string;
  readonly content: readonly Part[];
}

export interface Declared {
  readonly kind: string;
  readonly name: string;
  readonly description?: string;
  readonly schema?: object;
}

export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly system: readonly Said[];
  readonly messages: readonly Said[];
  readonly tools: readonly Declared[];
  readonly maxTokens?: number;
  readonly sampling: { readonly temperature?: number; readonly topP?: number };
  readonly reasoning: { readonly effort?: string };
}

export interface Answered {
  readonly choices: readonly { readonly content: readonly Part[]; readonly reason: string }[];
}

export function askedOf({ asked }: TraceDetail): Asked | undefined {
  return asked as Asked | undefined;
}

export function answerOf({ answer }: TraceDetail): Answered | undefined {
  return answer as Answered | undefined;
}

export function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : [])).join('');
}

import type { Extensions, Usage } from './chat.ts';

/** One or more inputs to turn into vectors; an input is text or token ids. */
export interface EmbedRequest {
  readonly protocol: string;
  readonly model: string;
  readonly inputs: readonly (string | readonly number[])[];
  readonly dimensions?: number;
  readonly user?: string;
  readonly extensions?: Extensions;
}

/** A vector per input, in the order of the inputs. */
export interface EmbedReply {
  readonly model: string;
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage;
}

import type { Extensions, Usage } from './chat.ts';

/** A client's embedding request, decoded. OpenAI's `/v1/embeddings`, Gemini's `embedContent`. */
export interface EmbedRequest {
  /** The client's protocol, such as `openai-chat`. */
  readonly protocol: string;
  /** The requested model. Providers get the upstream's own name. */
  readonly model: string;
  /** What to embed; at least one. Each is a text or, from OpenAI's clients, a list of token ids. */
  readonly inputs: readonly (string | readonly number[])[];
  /** The length of each vector. Absent: the model's own. */
  readonly dimensions?: number;
  /** The client's id of its end user. OpenAI only. */
  readonly user?: string;
  /** Fields of the request that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** The reply to an embedding request. */
export interface EmbedReply {
  /** The model that answered, as the upstream names it. */
  readonly model: string;
  /** One vector for each input, in the order of the inputs. */
  readonly vectors: readonly (readonly number[])[];
  /** The tokens of the inputs, with an `output` of 0. Set `estimated` if the upstream does not count. */
  readonly usage: Usage;
}

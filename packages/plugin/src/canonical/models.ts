/** A model that an upstream serves. Omit what the upstream does not say. */
export interface Model {
  /** The upstream's own name of the model, for requests to it. */
  readonly id: string;
  /** When the model was created, in seconds since 1970. */
  readonly created?: number;
  /** Who owns it, such as `openai`. Chat clients see it as `owned_by`. */
  readonly owner?: string;
  /** The display name: `Claude Opus 5`. Absent: the id. */
  readonly displayName?: string;
  /** The maximum number of prompt tokens. Gemini's clients see it as `inputTokenLimit`. */
  readonly contextWindow?: number;
  /** The maximum number of answer tokens. Gemini's clients see it as `outputTokenLimit`. */
  readonly maxOutput?: number;
}

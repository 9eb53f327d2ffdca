/** A model that an upstream serves. Leave out what the upstream does not say. */
export interface Model {
  /** The upstream's own name of the model. Requests to the upstream use it. */
  readonly id: string;
  /** When the model was made, in seconds since 1970. */
  readonly created?: number;
  /** Who made it, such as `openai`. Chat clients see it as `owned_by`. */
  readonly owner?: string;
  /** The name for people: `Claude Opus 5`. Absent: the id. */
  readonly displayName?: string;
  /** The most tokens of a prompt. Gemini's clients see it as `inputTokenLimit`. */
  readonly contextWindow?: number;
  /** The most tokens of an answer. Gemini's clients see it as `outputTokenLimit`. */
  readonly maxOutput?: number;
}

/** A model that an upstream serves. */
export interface Model {
  readonly id: string;
  /** Seconds since 1970, where the upstream tells. */
  readonly created?: number;
  readonly owner?: string;
  readonly displayName?: string;
  readonly contextWindow?: number;
  readonly maxOutput?: number;
}

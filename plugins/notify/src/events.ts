/** Something that a person wants to know of. `subject` is whom it is about: an upstream, a key, or the gateway. */
export interface Event {
  readonly kind: 'upstream-down' | 'upstream-recovered' | 'budget-reached' | 'error-rate';
  readonly subject: string;
  /** A sentence or two for people. */
  readonly text: string;
}

import type { IncomingMessage } from 'node:http';
import type { Dice } from '../support/hostile/dice.ts';

/** One request as an upstream got it. */
export interface UpstreamCall {
  readonly path: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The same for the same bytes, so that a request that is sent again is answered alike. */
  readonly dice: Dice;
}

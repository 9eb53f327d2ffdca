import type { JsonObject } from '../canonical/json.ts';
import type { Capabilities } from './capabilities.ts';
import type { UpstreamCodec } from './upstream-codec.ts';

/** A request to the gateway that a program is to send. */
export interface ProgramInput {
  /** The gateway's address, without a slash at its end. */
  readonly origin: string;
  /** From there, with a query if it needs one. */
  readonly path: string;
  readonly body: JsonObject;
}

/** The client side of a protocol: what the console needs to try it and to show how programs speak it. */
export interface ProtocolClient {
  /** The path of the gateway below which the codec sends, such as `/v1`. It may be empty. */
  readonly mount: string;
  /** Encodes requests and decodes replies, as toward an upstream. */
  readonly codec: UpstreamCodec;
  /** What the codec is to assume of models, where the usual would leave out what a client can say. */
  readonly capabilities?: Partial<Capabilities>;
  /** A streaming request as programs, by their language; besides the command for `curl`, which every protocol has. */
  programs?(input: ProgramInput): Readonly<Record<string, string>>;
  /**
   * What to begin with, by the names of well-known clients. `{{origin}}` stands for the gateway's address, and the
   * environment variable `GATEWAY_API_KEY` has the key.
   */
  readonly setups?: Readonly<Record<string, string>>;
}

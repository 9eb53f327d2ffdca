import type { ErrorKind, JsonObject, JsonValue, Protocol } from '@dragoman/plugin';
import type { ReplyShape } from '../arbitraries.ts';

/** What a suite needs to know of a protocol: a request, what is refused, and how its clients read a stream. */
export interface ProtocolContract {
  readonly protocol: Protocol;
  /** The path of the chat endpoint under test, as the protocol declares it. */
  readonly path: string;
  /** The values of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** A request that uses many fields. */
  readonly request: JsonObject;
  /** What a client must be refused for: changes of the request, and the field that the error names. */
  readonly refused: readonly { readonly change: JsonObject; readonly field: string }[];
  /** What replies this protocol can tell. */
  readonly replies: ReplyShape;
  /**
   * Reads a stream as the SDK of its clients does, down to what `project` leaves of a reply. Throws on an error. The content
   * type tells the forms of a stream apart.
   */
  readonly assemble: (stream: string, contentType: string) => Promise<JsonValue>;
  /** Other forms in which a request may want its stream: what of the query or the headers chooses them. */
  readonly forms?: readonly ProtocolForm[];
  /** Takes from a whole reply what can be compared with a stream. */
  readonly project: (body: JsonObject) => JsonValue;
  /** Statuses that differ from the error's own. */
  readonly statuses?: Partial<Record<ErrorKind, number>>;
}

/** A form of streams. */
export interface ProtocolForm {
  readonly name: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

import type {
  CallContext,
  GatewayError,
  HttpUpstream,
  JsonObject,
  JsonValue,
  Model,
  UpstreamCodec,
} from '@dragoman/plugin';

/** A path below the base URL. It may depend on the model. */
export type QuirkyPath = string | ((model: string) => string);

/** How a server differs from OpenAI's. All of it is pure. */
export interface Quirks {
  /** Where its endpoints are, if not where OpenAI has them. */
  readonly paths?: {
    /** Default: `/chat/completions`. */
    readonly chat?: QuirkyPath;
    /** Default: `/responses`. */
    readonly responses?: QuirkyPath;
    /** Default: `/embeddings`. */
    readonly embeddings?: QuirkyPath;
    /** Default: `/models`. */
    readonly models?: string;
  };
  /** Changes the body of a chat before it is sent. Tell `context.drop` what it takes away. */
  readonly bodyIn?: (body: JsonObject, context: Pick<CallContext, 'capabilities' | 'drop'>) => JsonObject;
  /** Changes a chat's reply before it is read: the whole one, or each chunk of a stream. */
  readonly replyOut?: (body: JsonObject) => JsonObject;
  /** Reads an error; `undefined` leaves it to the reader of OpenAI's errors. */
  readonly decodeError?: (...error: Parameters<UpstreamCodec['decodeError']>) => GatewayError | undefined;
  /** Reads the list of models. */
  readonly decodeModels?: (body: JsonValue) => readonly Model[];
}

/** A codec with the quirks of a server. */
export function withQuirks(
  codec: UpstreamCodec,
  path: QuirkyPath | undefined,
  { bodyIn, replyOut, decodeError }: Quirks,
): UpstreamCodec {
  return {
    ...codec,
    // Errors of a stream are read only where its chunks are.
    ...((replyOut ?? decodeError) && { replyOut: replyOut ?? ((body: JsonObject) => body) }),
    encodeRequest(request, context) {
      const encoded = codec.encodeRequest(request, context);
      return {
        ...encoded,
        path: path === undefined ? encoded.path : pathFor(path, request.model),
        body: bodyIn ? bodyIn(encoded.body, context) : encoded.body,
      };
    },
    decodeError: (...error) => decodeError?.(...error) ?? codec.decodeError(...error),
  };
}

/** Whether chats must be converted: their bytes, passed through, would be the wrong ones for the server or the client. */
export function mustConvert({ bodyIn, replyOut, framing }: Quirks & Pick<HttpUpstream, 'framing'>): boolean {
  return bodyIn !== undefined || replyOut !== undefined || framing === 'ndjson' || framing === 'json-array';
}

/** The path for a model. */
export function pathFor(path: QuirkyPath, model: string): string {
  return typeof path === 'string' ? path : path(model);
}

import type { JsonObject, JsonValue } from '@dragoman/plugin';
import type { MockCall, MockReply } from '../../upstreams/mock-upstream.ts';
import type { Frame } from '../../upstreams/wire-frames.ts';
import type { OpenAiPart } from '../../wires/openai-frames.ts';
import type { ModelRequest, WireRequest } from '../request.ts';
import type { ScriptedErrorKind } from '../script.ts';

/** One of the wires that the models speak. */
export interface ModelWire {
  readonly name: ModelRequest['wire'];
  /** Whether requests to this path are of this wire. */
  readonly path: RegExp;
  read(body: JsonObject, call: MockCall): WireRequest;
  /** A stream that ends well. */
  stream(parts: readonly OpenAiPart[], finish: 'length' | undefined): readonly Frame[];
  /** A stream without its end. */
  truncated(parts: readonly OpenAiPart[]): readonly Frame[];
  /** A stream that ends with an error. */
  broken(parts: readonly OpenAiPart[]): readonly Frame[];
  whole(parts: readonly OpenAiPart[], finish: 'length' | undefined): JsonValue;
  error(kind: ScriptedErrorKind, message: string): MockReply;
}

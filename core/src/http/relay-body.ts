import type { IncomingMessage } from 'node:http';
import { parseJsonBody } from '../transport/json-body.ts';
import { boundaryOf, findField } from '../transport/multipart.ts';
import type { Intake } from './intake.ts';
import { Pieces } from './pieces.ts';
import { readRequestBody } from './request-body.ts';

type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** A request that is sent on unread but for the name of its model. */
export interface RelayBody {
  readonly model?: string;
  /** The bytes of one that is JSON. */
  readonly json?: Uint8Array;
  /** Whether all of it was read, so that it can be sent again to another upstream. */
  readonly isWhole: boolean;
  /** The body with a model's name in the place of the client's. A streamed body can be sent only once. */
  withModel(model: string | undefined): Bytes | undefined;
}

/** The first look at a form for its model field; each further look is at twice as many bytes. */
const FIRST_LOOK_BYTES = 64 * 1024;

/**
 * Finds the model that a request names without holding more than the limit of it. JSON is read whole; a
 * form is read until its `model` field is complete, and streamed from there; anything else is streamed.
 */
export async function readRelayBody(request: IncomingMessage, intake: Intake): Promise<RelayBody> {
  const type = request.headers['content-type'] ?? '';
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'];
  if (!hasBody || request.headers['content-length'] === '0')
    return { isWhole: true, withModel: () => undefined };
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return readJson(request, intake);
  const boundary = boundaryOf(type);
  return boundary ? readForm(request, boundary, intake) : { isWhole: false, withModel: () => request };
}

async function readJson(request: IncomingMessage, intake: Intake): Promise<RelayBody> {
  const bytes = await readRequestBody(request, intake);
  const { model } = parseJsonBody(bytes);
  // Whoever sends the bytes edits a JSON body's model by its span.
  return { ...(typeof model === 'string' && { model }), json: bytes, isWhole: true, withModel: () => bytes };
}

async function readForm(request: IncomingMessage, boundary: string, intake: Intake): Promise<RelayBody> {
  const rest = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { head, ended } = await readHead(rest, intake, (bytes) => !!findField(bytes, boundary, 'model'));
  const field = findField(head, boundary, 'model');
  const send = (start: Buffer): Bytes => (ended ? start : joined(start, rest));
  if (!field) return { isWhole: ended, withModel: () => send(head) };
  return {
    model: field.value,
    isWhole: ended,
    withModel(model) {
      if (model === undefined || model === field.value) return send(head);
      return send(
        Buffer.concat([head.subarray(0, field.start), Buffer.from(model), head.subarray(field.end)]),
      );
    },
  };
}

/** Reads until the bytes are enough, or at the end, or at the limit. */
async function readHead(
  source: AsyncIterator<Buffer>,
  { limit, account, uploads }: Intake,
  isEnough: (bytes: Buffer) => boolean,
): Promise<{ readonly head: Buffer; readonly ended: boolean }> {
  const pieces = new Pieces();
  let fail: (error: Error) => void = () => {};
  const upload = uploads.watch((error) => fail(error));
  // Not by a race with one promise for all: that would hold on to every piece's turn.
  const nextPiece = (): Promise<IteratorResult<Buffer>> =>
    new Promise((resolve, reject) => {
      fail = reject;
      source.next().then(resolve, reject);
    });
  let look = FIRST_LOOK_BYTES;
  try {
    while (pieces.size < limit) {
      const next = await nextPiece();
      if (next.done) return { head: pieces.join(), ended: true };
      account.add(next.value.length);
      upload.add(next.value.length);
      pieces.push(next.value);
      if (pieces.size < look) continue;
      look = pieces.size * 2;
      if (isEnough(pieces.join())) break;
    }
  } finally {
    upload.end();
  }
  return { head: pieces.join(), ended: false };
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

import type { IncomingMessage } from 'node:http';
import { encodeUrlPart, GatewayError } from '@dragoman/plugin';
import {
  mayNameModel,
  mismatch,
  modelFieldsOf,
  type NamedBody,
  namesModel,
} from '../../../catalogue/model-names.ts';
import { textBytes } from '../../../metering/content-bytes.ts';
import { shortStrings } from '../objects/upstream-objects.ts';
import { MAX_ID_LENGTH } from '../../../state/owned-ids.ts';
import {
  findPlaced,
  type PlacedValue,
  type PlaceNode,
} from '@dragoman/plugin/internal/transport/json/json-places';
import { FormWatch } from '../../../transport/multipart/form-watch.ts';
import { parseJsonBody } from '../../bodies/json-body.ts';
import {
  boundaryOf,
  type Form,
  type FormField,
  isPlainFormType,
  parseForm,
  refuseManyFields,
} from '../../../transport/multipart/multipart.ts';
import type { Intake } from '../../bodies/intake.ts';
import { readHead } from '../../bodies/read-head.ts';
import { readRequestBody } from '../../bodies/request-body.ts';

type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** A request that is relayed unread, except for model names. */
export interface RelayBody {
  readonly model?: string;
  /** The part that was read; everything if `isWhole`. */
  readonly named?: NamedBody;
  /** The bytes, if it is JSON. */
  readonly json?: Uint8Array;
  /** The size of its text, in bytes, as far as it was read: usually a prompt. */
  readonly textBytes?: () => number;
  /** Its short strings, which may be ids. */
  readonly texts?: () => Iterable<string>;
  /** Checks the short strings that are read while the body is sent; an error ends the request. */
  judgeRest?(judge: (text: string) => void): void;
  /** Whether all of it was read, so that it can be sent to another upstream. */
  readonly isWhole: boolean;
  /** The whole body, with `head` replacing the part that was read. A streamed body can be sent only once. */
  send(head: Uint8Array | undefined): Bytes | undefined;
}

export interface RelayBodyInput {
  readonly intake: Intake;
  /** Whether the client is limited to certain models. Bodies that cannot be inspected are then refused. */
  readonly isScoped: boolean;
  /** Where JSON names models. */
  readonly places: PlaceNode;
}

const NONE: RelayBody = { isWhole: true, send: () => undefined };

/** Where a form is first searched for its model field; each further look is at twice as many bytes. */
const FIRST_LOOK_BYTES = 64 * 1024;

/**
 * Finds the models that a request names, whatever its content type. JSON is read whole. A form is read until its model is
 * known, and streamed from there; for a client limited to certain models it is read whole, too.
 */
export async function readRelayBody(request: IncomingMessage, input: RelayBodyInput): Promise<RelayBody> {
  const {
    'content-type': type = '',
    'content-length': length,
    'transfer-encoding': transfer,
  } = request.headers;
  if (length === '0' || (length === undefined && transfer === undefined)) return NONE;
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    return readJson(await readRequestBody(request, input.intake), input);
  }
  const boundary = boundaryOf(type);
  if (boundary !== undefined) return readForm(request, { ...input, type, boundary });
  const isUrlencoded = /^application\/x-www-form-urlencoded\b/i.test(type);
  if (isUrlencoded || request.headers['content-encoding'] !== undefined || input.isScoped) {
    return readUnknown(await readRequestBody(request, input.intake), { ...input, isUrlencoded });
  }
  // Some servers accept JSON with any content type.
  const { head, ended, rest } = await readHead(request, {
    intake: input.intake,
    isEnough: (bytes) => !mayBeJson(bytes),
  });
  if (ended) return readUnknown(head, { ...input, isUrlencoded });
  return { isWhole: false, send: () => joined(head, rest) };
}

function readJson(bytes: Buffer, { places }: RelayBodyInput): RelayBody {
  const value = parseJsonBody(bytes);
  const { model } = value;
  const named = { bytes, mentions: findPlaced(bytes, places), encode: JSON.stringify };
  return {
    ...(typeof model === 'string' && { model }),
    ...{ named, json: bytes, isWhole: true, send: (head) => head ?? bytes, texts: () => shortStrings(value) },
    textBytes: () => textBytes(value),
  };
}

function readUnknown(bytes: Buffer, input: RelayBodyInput & { readonly isUrlencoded: boolean }): RelayBody {
  if (bytes.length === 0) return NONE;
  if (input.isUrlencoded) refuseManyFields(bytes);
  const text = input.isUrlencoded ? bytes.toString('utf8') : '';
  if (mayBeJson(bytes) && isJson(bytes)) {
    // A server that trusts the content type would read another model.
    if (modelFieldsOf(text).length > 0) throw mismatch('model');
    return readJson(bytes, input);
  }
  if (!input.isUrlencoded) {
    if (input.isScoped) throw notReadable('a body that is neither JSON nor a form');
    return { isWhole: true, send: () => bytes };
  }
  if (input.isScoped) refuseOtherNames(new URLSearchParams(text.replaceAll(';', '&')), input);
  const mentions = modelOfUrlencoded(text);
  const [mention] = mentions;
  return {
    ...(mention?.value !== undefined && { model: mention.value }),
    named: { bytes, mentions, encode: encodeUrlPart },
    texts: () => new URLSearchParams(text).values(),
    textBytes: () => textBytes([...new URLSearchParams(text).values()]),
    isWhole: true,
    send: (head) => head ?? bytes,
  };
}

/** The one field that names a model. Throws if there are more, in any spelling. */
function modelOfUrlencoded(text: string): readonly PlacedValue[] {
  const count = [...new URLSearchParams(text.replaceAll(';', '&')).keys()].filter(namesModel).length;
  if (count === 0 && (!text.includes(';') || modelFieldsOf(text).length === 0)) return [];
  const match = count === 1 ? /(?:^|&)model=([^&;]*)(?:&|$)/d.exec(text) : undefined;
  const span = match?.indices?.[1];
  if (!span) throw mismatch('model');
  const [before, after] = span.map((at) => Buffer.byteLength(text.slice(0, at)));
  const value = new URLSearchParams(match[0]).get('model') ?? '';
  return [{ label: 'model', isTop: true, value, start: before ?? 0, end: after ?? 0 }];
}

interface FormInput extends RelayBodyInput {
  readonly type: string;
  readonly boundary: string;
}

async function readForm(request: IncomingMessage, input: FormInput): Promise<RelayBody> {
  const { intake, isScoped, boundary, type } = input;
  const { head, ended, rest } = await readHead(request, {
    intake,
    firstLook: FIRST_LOOK_BYTES,
    isEnough: (bytes) => !isScoped && parseForm(bytes, boundary).fields.some(({ name }) => name === 'model'),
  });
  const form = parseForm(head, boundary);
  if (isScoped && !(form.isPlain && form.isWhole && ended && isPlainFormType(type))) {
    throw notReadable('a form that is too large, or that servers may read in different ways');
  }
  const field = modelOfForm(form);
  const valueOf = ({ start, end }: FormField): string => head.toString('utf8', start, end);
  if (isScoped)
    refuseOtherNames(
      form.fields.map((one) => [one.name, one.isFile ? '' : valueOf(one)]),
      input,
    );
  const small = form.fields.filter(({ isFile, start, end }) => !isFile && end - start <= MAX_ID_LENGTH);
  const texts = (): Iterable<string> => small.map(valueOf);
  const written = form.fields.filter(({ isFile }) => !isFile);
  const textBytes = (): number => written.reduce((sum, { start, end }) => sum + end - start, 0);
  let note: (text: string) => void = () => {};
  const judgeRest = (judge: (text: string) => void): void => {
    note = judge;
  };
  const watched = (): AsyncIterable<Uint8Array> =>
    watchForm(
      rest,
      new FormWatch({ ...{ boundary, head, longest: MAX_ID_LENGTH }, note: (text) => note(text) }),
    );
  const send = (start: Uint8Array = head): Bytes => (ended ? start : joined(start, watched()));
  const read = { isWhole: ended, texts, textBytes, judgeRest, send };
  if (!field) return read;
  const model = valueOf(field);
  const mention = { label: 'model', isTop: true, value: model, start: field.start, end: field.end };
  const named = { bytes: head, mentions: [mention], encode: (name: string) => name };
  return { ...read, model, named };
}

async function* watchForm(rest: AsyncIterable<Uint8Array>, watch: FormWatch): AsyncGenerator<Uint8Array> {
  for await (const piece of rest) {
    watch.push(piece);
    yield piece;
  }
}

/** The one field that names a model. Throws if there are more, in any spelling, or if it is a file. */
function modelOfForm({ fields }: Form): FormField | undefined {
  const [field, ...more] = fields.filter(({ name }) => namesModel(name));
  if (!field) return undefined;
  if (more.length > 0 || field.name !== 'model' || field.isFile) throw mismatch('model');
  return field;
}

/** Refuses fields that may name models other than by `model`, also in JSON within a field. */
function refuseOtherNames(fields: Iterable<readonly [string, string]>, { places }: RelayBodyInput): void {
  for (const [name, value] of fields) {
    if (name !== 'model' && mayNameModel(name)) throw mismatch(name);
    if (!/^\s*[[{]/.test(value)) continue;
    const bytes = Buffer.from(`{"value":${value}}`);
    if (isJson(bytes) && findPlaced(bytes, places).length > 0) throw mismatch(name);
  }
}

/** Whether it starts like a JSON object. */
function mayBeJson(bytes: Buffer): boolean {
  return /^\uFEFF?\s*(?:\{|$)/.test(bytes.toString('utf8', 0, FIRST_LOOK_BYTES));
}

function isJson(bytes: Buffer): boolean {
  try {
    parseJsonBody(bytes);
    return true;
  } catch {
    return false;
  }
}

function notReadable(what: string): GatewayError {
  return new GatewayError(
    'invalid',
    `This key is limited to certain models, and the gateway cannot tell which models ${what} names.`,
    { code: 'model_mismatch' },
  );
}

async function* joined(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

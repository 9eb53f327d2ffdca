import { GatewayError } from '@dragoman/plugin';

/** A form field and where its bytes are. */
export interface FormField {
  readonly name: string;
  readonly isFile: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Form {
  /** Those that are complete in the bytes. */
  readonly fields: readonly FormField[];
  /** Whether the form ends within the bytes. */
  readonly isWhole: boolean;
  /** Whether every parser reads it alike: nothing is encoded, folded, repeated or outside the parts. */
  readonly isPlain: boolean;
}

/** The boundary of a `multipart/form-data` content type. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Whether a content type has exactly one boundary, with nothing that could pass for another. */
export function isPlainFormType(contentType: string): boolean {
  return /^multipart\/form-data\s*;\s*boundary=(?:"[^"\\]{1,70}"|[^\s;,"=]{1,70})\s*$/i.test(contentType);
}

/** No real form has more fields or longer part headers. */
export const MAX_FIELDS = 1_000;
export const MAX_HEADER_BYTES = 8 * 1024;
const MAX_HEADER_LINES = 32;

const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;

const LINE_END = '\r\n';

/** Refuses a URL-encoded form with too many fields before it is parsed. Some servers treat a semicolon like `&`. */
export function refuseManyFields(bytes: Uint8Array): void {
  let count = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== AMPERSAND && byte !== SEMICOLON) continue;
    count += 1;
    if (count > MAX_FIELDS) throw tooManyFields();
  }
}

/** Finds the fields in a form or in its first bytes. Throws if it exceeds a limit. */
export function parseForm(bytes: Buffer, boundary: string): Form {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const fields: FormField[] = [];
  const after = (at: number, length: number): string => bytes.toString('latin1', at, at + length);
  let isPlain = bytes.indexOf(delimiter) === 0;
  let count = 0;
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const headersFrom = at + delimiter.length;
    if (after(headersFrom, 2) === '--') {
      const rest = after(headersFrom + 2, 3);
      return { fields, isWhole: true, isPlain: isPlain && (rest === '' || rest === LINE_END) };
    }
    if ((count += 1) > MAX_FIELDS) throw tooManyFields();
    const next = bytes.indexOf(delimiter, headersFrom);
    const headersEnd = endOfHeaders(bytes, headersFrom);
    if (next < 0 || headersEnd < 0 || headersEnd > next) break;
    const headers = readHeaders(after(headersFrom, headersEnd - headersFrom));
    isPlain &&= headers.isPlain && after(next - 2, 2) === LINE_END;
    if (headers.name !== undefined) {
      const { name, isFile } = headers;
      fields.push({ name, isFile, start: headersEnd + 4, end: Math.max(headersEnd + 4, next - 2) });
    }
    at = next;
  }
  return { fields, isWhole: false, isPlain: false };
}

/** The index where a part's headers end; -1 if they are incomplete. */
function endOfHeaders(bytes: Buffer, from: number): number {
  const within = bytes.subarray(from, from + MAX_HEADER_BYTES);
  const length = within.indexOf('\r\n\r\n');
  if (length < 0 && within.length === MAX_HEADER_BYTES) throw tooLongHeaders();
  return length < 0 ? -1 : from + length;
}

export function tooManyFields(): GatewayError {
  return new GatewayError(
    'invalid',
    'The form has more than 1,000 fields. Send JSON with the content type application/json.',
    { code: 'form_too_large' },
  );
}

function tooLongHeaders(): GatewayError {
  return new GatewayError(
    'invalid',
    `The headers of a part of the form are longer than 8 KiB or ${MAX_HEADER_LINES} lines.`,
    { code: 'form_too_large' },
  );
}

interface PartHeaders {
  readonly name: string | undefined;
  readonly isFile: boolean;
  readonly isPlain: boolean;
}

const DISPOSITION =
  /^form-data; ?name=("[^"\\%]*"|[^\s";%=]+)(; ?filename=("[^"\\]*"|[^\s";]+))?(; ?filename\*=[^\s";]+)?$/i;
const PLAIN_HEADER =
  /^(?:content-type: ?[^\r\n]*|content-length: ?\d+|content-transfer-encoding: ?(?:binary|[78]bit))$/i;

/** The headers of a part, each after a line break. */
function readHeaders(text: string): PartHeaders {
  const [start, ...lines] = text.split(LINE_END, MAX_HEADER_LINES + 2);
  if (lines.length > MAX_HEADER_LINES) throw tooLongHeaders();
  const dispositions = lines.filter((line) => /^\s*content-disposition\s*:/i.test(line));
  const [disposition = ''] = dispositions;
  const value = disposition.slice(disposition.indexOf(':') + 1).trim();
  const name = /(?:^|[;\s])name=(?:"([^"]*)"|([^\s;]+))/i.exec(value)?.slice(1).find(Boolean);
  const others = lines.filter((line) => line !== disposition);
  return {
    name: name === undefined ? undefined : Buffer.from(name, 'latin1').toString('utf8'),
    isFile: /filename\*?=/i.test(value),
    isPlain:
      start === '' &&
      dispositions.length === 1 &&
      DISPOSITION.test(value) &&
      !value.includes('=?') &&
      others.every((line) => PLAIN_HEADER.test(line)),
  };
}

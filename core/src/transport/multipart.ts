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
  /** Whether the form ends in them. */
  readonly isWhole: boolean;
  /** Whether every parser reads it alike: nothing is encoded, folded, repeated or outside of the parts. */
  readonly isPlain: boolean;
}

/** The boundary of a `multipart/form-data` content type. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Whether a content type has a boundary and nothing that could be taken for another one. */
export function isPlainFormType(contentType: string): boolean {
  return /^multipart\/form-data\s*;\s*boundary=(?:"[^"\\]{1,70}"|[^\s;,"=]{1,70})\s*$/i.test(contentType);
}

/** The most fields that are parsed; no real form has more. */
const MAX_FIELDS = 1_000;

const LINE_END = '\r\n';

/** Finds the fields in the first bytes of a form, or in all of it. */
export function parseForm(bytes: Buffer, boundary: string): Form {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const fields: FormField[] = [];
  const after = (at: number, length: number): string => bytes.toString('latin1', at, at + length);
  let isPlain = bytes.indexOf(delimiter) === 0;
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const headersFrom = at + delimiter.length;
    if (after(headersFrom, 2) === '--') {
      const rest = after(headersFrom + 2, 3);
      return { fields, isWhole: true, isPlain: isPlain && (rest === '' || rest === LINE_END) };
    }
    const next = bytes.indexOf(delimiter, headersFrom);
    const headersEnd = bytes.indexOf('\r\n\r\n', headersFrom);
    if (next < 0 || headersEnd < 0 || headersEnd > next || fields.length >= MAX_FIELDS) break;
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

interface PartHeaders {
  readonly name: string | undefined;
  readonly isFile: boolean;
  readonly isPlain: boolean;
}

const DISPOSITION =
  /^form-data; ?name=("[^"\\%]*"|[^\s";%=]+)(; ?filename=("[^"\\]*"|[^\s";]+))?(; ?filename\*=[^\s";]+)?$/i;
const PLAIN_HEADER =
  /^(?:content-type: ?[^\r\n]*|content-length: ?\d+|content-transfer-encoding: ?(?:binary|[78]bit))$/i;

/** The headers of a part, each behind a line end. */
function readHeaders(text: string): PartHeaders {
  const [start, ...lines] = text.split(LINE_END);
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

/** A form field's value and where its bytes are. */
export interface FormField {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The boundary of a `multipart/form-data` content type. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Finds a text field in the first bytes of a form; `undefined` when it is not complete in them. */
export function findField(bytes: Buffer, boundary: string, name: string): FormField | undefined {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const headersFrom = at + delimiter.length;
    const headersEnd = bytes.indexOf('\r\n\r\n', headersFrom);
    if (headersEnd < 0) return undefined;
    const start = headersEnd + 4;
    const next = bytes.indexOf(delimiter, start);
    if (next < 0) return undefined;
    if (fieldName(bytes.toString('utf8', headersFrom, headersEnd)) === name) {
      const end = next - 2;
      return { value: bytes.toString('utf8', start, end), start, end };
    }
    at = next;
  }
  return undefined;
}

function fieldName(headers: string): string | undefined {
  const disposition = /^content-disposition:.*$/im.exec(headers)?.[0] ?? '';
  return /[;\s]name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition)?.slice(1).find(Boolean);
}

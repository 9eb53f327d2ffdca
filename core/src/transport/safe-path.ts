/** No chain of servers decodes more often; text that is still encoded after this is refused. */
const DECODE_ROUNDS = 4;

/** Control characters, and bytes that only overlong UTF-8 has: `%c0%ae` is a dot to careless decoders. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_BYTES = /[\0-\x1f\x7f\xc0\xc1]/;

/**
 * Whether a path, or a part of one, means the same to every server: no `.`, `..` or empty segments and no control
 * characters, however often it is percent-decoded. Backslashes count as slashes and `..;` as `..`, as some servers
 * read them so. A leading slash is allowed.
 */
export function isSafePath(path: string): boolean {
  // One character per byte, so that decoded and literal bytes look alike.
  const decoded = decodeFully(Buffer.from(path.normalize('NFKC')).toString('latin1'));
  if (decoded === undefined || FORBIDDEN_BYTES.test(decoded)) return false;
  const segments = decoded.split(/[/\\]/);
  return segments.every((segment, at) => (segment === '' ? at === 0 : !isDots(segment)));
}

/** Whether a name can be a model's: non-empty and a {@link isSafePath safe path}. */
export function isSafeModelName(name: string): boolean {
  return name !== '' && name !== '/' && isSafePath(name);
}

/** Whether the path of a URL is safe as written; a trailing slash is allowed, backslashes are not. */
export function isSafeUrlPath(path: string): boolean {
  return isSafePath(path.endsWith('/') ? path.slice(0, -1) : path) && !/\\|%(?:25)*5c/i.test(path);
}

function isDots(segment: string): boolean {
  const [name = ''] = segment.split(';', 1);
  return ['', '.', '..'].includes(name.trim());
}

function decodeFully(text: string): string | undefined {
  let before = text;
  for (let round = 0; round < DECODE_ROUNDS; round++) {
    const after = before.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (after === before) return after;
    before = after;
  }
  return undefined;
}

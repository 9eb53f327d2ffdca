import { GatewayError } from '@dragoman/plugin';

export function dataUrl({ mimeType, data }: { readonly mimeType: string; readonly data: string }): string {
  return `data:${mimeType};base64,${data}`;
}

const FORMATS: Readonly<Record<string, string>> = { mpeg: 'mp3', wave: 'wav' };

export function audioFormat(mimeType: string): string {
  const subtype = mimeType.replace(/^audio\/(?:x-|vnd\.)?/, '');
  return Object.hasOwn(FORMATS, subtype) ? (FORMATS[subtype] ?? subtype) : subtype;
}

/** What this API cannot carry is refused, since answers depend on it. */
export function refused(message: string): GatewayError {
  return new GatewayError('invalid', message, { field: 'messages' });
}

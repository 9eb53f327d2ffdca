import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../../tests/support/any-text.ts';
import { asInert } from './reply-policy.ts';

const typeOf = (type: string): unknown => asInert(200, { 'content-type': type })['content-type'];

describe('asInert', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/event-stream; charset=utf-8',
    'application/problem+json',
    'text/plain;charset=UTF-8',
    'audio/mpeg',
    'video/mp4; codecs="avc1.42E01E mp4a.40.2"',
    'image/png',
    'multipart/form-data; boundary=----x',
  ])('leaves %s as it is', (type) => {
    const headers = { 'content-type': type, 'content-disposition': 'inline' };
    expect(asInert(200, headers)).toBe(headers);
  });

  it.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'application/xml',
    'application/atom+xml',
    'text/javascript',
    'application/ecmascript',
    'text/css',
    'application/pdf',
    'multipart/x-mixed-replace; boundary=x',
    'text/plain, text/html',
    'text/plain;x, text/html',
    'text/plain; a="x, text/html',
    'application/json/html',
    'text /plain',
    'x',
    '',
  ])('makes a download of %j', (type) => {
    expect(asInert(200, { 'content-type': type })).toEqual({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
    });
  });

  it('makes a download of what names no type, but not of what has no body', () => {
    expect(asInert(200, {})).toHaveProperty('content-disposition', 'attachment');
    expect(asInert(204, {})).toEqual({});
  });

  it.each([
    ['inline; filename="report 1.html"', 'attachment; filename="report 1.html"'],
    ['attachment; filename=a.svg; size=3', 'attachment; filename="a.svg"'],
    ['attachment; filename="../../x"', 'attachment'],
    ['attachment; filename="a\\"; x"', 'attachment'],
    [`attachment; filename="${'a'.repeat(300)}"`, 'attachment'],
    ['nonsense', 'attachment'],
  ])('keeps a plain name of a file: %j', (given, kept) => {
    const headers = { 'content-type': 'text/html', 'content-disposition': given };
    expect(asInert(200, headers)['content-disposition']).toBe(kept);
  });

  it('lets nothing through that is not one type of the list', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom('text/html', 'image/svg+xml', 'text/javascript'),
        (text, active) => {
          for (const type of [active + text, `${active};${text}`, `text/plain${text},${active}`]) {
            expect(typeOf(type)).toBe('application/octet-stream');
          }
        },
      ),
    );
  });
});

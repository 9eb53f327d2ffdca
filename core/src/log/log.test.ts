import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../tests/support/any-text.ts';
import { prettyLines, visibleLine } from './log.ts';

describe('visibleLine', () => {
  it('is one line without anything unseen, whatever is logged', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = visibleLine(
          `${JSON.stringify({ level: 30, msg: text, model: text, deep: [{ text }] })}\n`,
        );
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const { msg } = JSON.parse(line) as { readonly msg: string };
        expect(msg).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('leaves a stack its lines', () => {
    const stack = 'Error: \u001b[31mred\n    at f (a.ts:1:1)';
    const { error } = JSON.parse(visibleLine(JSON.stringify({ error: { stack } }))) as {
      readonly error: { readonly stack: string };
    };
    expect(error.stack).toBe('Error: \\x1b[31mred\n    at f (a.ts:1:1)');
  });
});

it('the form for a terminal has a line for each entry, and no hashes', () => {
  const audit = {
    seq: 1,
    hash: 'ab12',
    actor: { kind: 'gateway' },
    operation: 'gateway start',
    outcome: 'done',
  };
  const pretty = prettyLines();
  const line = (entry: object): string => pretty(`${JSON.stringify({ level: 30, time: 0, ...entry })}\n`);
  expect(line({ audit, msg: 'Audit.' })).toMatch(/^\[.*\] INFO: Audit: gateway start \(done\)\n$/);
  expect(line({ path: '/v1', msg: 'request' })).toMatch(/^\[.*\] INFO: request \{"path":"\/v1"\}\n$/);
});

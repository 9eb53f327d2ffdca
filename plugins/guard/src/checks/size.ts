import { refuse } from '@dragoman/plugin';
import type { Findings } from '../findings.ts';
import type { GuardOptions } from '../options.ts';

const BYTES_OF_TOKEN = 4;

/** Refuses a request whose texts are too long, or notes it. */
export function checkSize(
  texts: readonly { readonly text: string }[],
  { maxCharacters = Infinity, maxTokens = Infinity, sizeAction }: GuardOptions,
  findings: Findings,
): void {
  const characters = texts.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = Math.ceil(
    texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / BYTES_OF_TOKEN,
  );
  if (characters <= maxCharacters && tokens <= maxTokens) return;
  findings.add({ rule: 'size', action: sizeAction }, 'request');
  if (sizeAction === 'pass') return;
  const excess =
    characters > maxCharacters
      ? `${characters} characters, and at most ${maxCharacters} are allowed`
      : `about ${tokens} tokens, and at most ${maxTokens} are allowed`;
  refuse(`The request has ${excess}.`, 'request_too_long');
}

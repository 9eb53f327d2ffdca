import type { Block } from '@dragoman/plugin';
import type { Place } from '../options.ts';
import type { Form } from '../texts.ts';

export const placeOf = ({ type }: Block): Place => (type === 'tool-call' ? 'reply-arguments' : 'reply');

/** `wantsJson`: whether the client has asked for JSON as text. */
export function formOf(block: Block, wantsJson: boolean): Form {
  if (block.type === 'tool-call') return block.form === 'json' ? 'json' : 'text';
  return block.type === 'text' && wantsJson ? 'json' : 'text';
}

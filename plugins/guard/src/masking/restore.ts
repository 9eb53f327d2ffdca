import type { TextMapper } from '@dragoman/plugin';
import type { Placeholders } from './placeholders.ts';

const PLACEHOLDER = /\[[A-Z][A-Z0-9_]*\]/g;

/** How a value is written where its placeholder was. */
export type Escape = (value: string) => string;

export const asText: Escape = (value) => value;

/** Within a string of JSON. */
export const inJson: Escape = (value) => JSON.stringify(value).slice(1, -1);

/** Puts the values back for their placeholders. Holds back only what may become one. */
export function createRestorer(placeholders: Placeholders, escape: Escape): TextMapper {
  const restore = (text: string): string =>
    text.replaceAll(PLACEHOLDER, (placeholder) => {
      const value = placeholders.valueOf(placeholder);
      return value === undefined ? placeholder : escape(value);
    });
  let held = '';
  return {
    push(text) {
      const whole = held + text;
      const at = whole.lastIndexOf('[');
      held = at >= 0 && placeholders.isBeginning(whole.slice(at)) ? whole.slice(at) : '';
      return restore(whole.slice(0, whole.length - held.length));
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

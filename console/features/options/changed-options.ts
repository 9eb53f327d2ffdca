import { isSetMark, type Options } from './schema-form.tsx';

/** What to send after an edit: secrets that stay as they are are left out, and options that are gone are null. */
export function changedOptions(before: Options, after: Options): Options {
  const kept = Object.entries(after).filter(([, value]) => !isSetMark(value) && value !== '');
  const gone = Object.keys(before).filter((name) => !(name in after));
  return Object.fromEntries([...kept, ...gone.map((name) => [name, null])]);
}

import { useEffect } from 'react';

/** Has the person confirm that it is them, and tells whether they did. */
type Asker = () => Promise<boolean>;

let asker: Asker | undefined;
let asked: Promise<boolean> | undefined;

/** Asks once, however many calls need it. Without a page that can ask, the answer is no. */
export function askToConfirm(): Promise<boolean> {
  asked ??= (asker?.() ?? Promise.resolve(false)).finally(() => {
    asked = undefined;
  });
  return asked;
}

/** Makes a component the one that asks, while it is shown. */
export function useConfirmationAsker(ask: Asker): void {
  useEffect(() => {
    asker = ask;
    return () => {
      asker = undefined;
    };
  }, [ask]);
}

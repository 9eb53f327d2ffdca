import { useEffect } from 'react';

/** Asks for a confirmation, and resolves to whether it was given. */
type Asker = () => Promise<boolean>;

let asker: Asker | undefined;
let asked: Promise<boolean> | undefined;

/** Asks once, however many calls need it. Resolves to false when no dialog is mounted. */
export function askToConfirm(): Promise<boolean> {
  asked ??= (asker?.() ?? Promise.resolve(false)).finally(() => {
    asked = undefined;
  });
  return asked;
}

/** Registers the component that asks, while it is mounted. */
export function useConfirmationAsker(ask: Asker): void {
  useEffect(() => {
    asker = ask;
    return () => {
      asker = undefined;
    };
  }, [ask]);
}

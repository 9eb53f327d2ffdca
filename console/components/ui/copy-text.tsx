'use client';

import { useState } from 'react';
import { Button } from './button.tsx';

/** A text to take along. */
export function CopyText({ text }: { readonly text: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      // Browsers give the clipboard to secure pages only; the text can still be selected.
      setState('refused');
    }
  };
  const label = { idle: 'Copy', copied: 'Copied', refused: 'Select and copy it' }[state];
  return (
    <span className="copy-text">
      <code>{text}</code>
      <Button kind="quiet" aria-live="polite" onClick={() => void copy()}>
        {label}
      </Button>
    </span>
  );
}

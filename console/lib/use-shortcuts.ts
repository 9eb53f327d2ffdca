import { useEffect } from 'react';

/** Whether somebody is typing: then letters are letters. */
function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.isComposing || !(target instanceof HTMLElement)) return event.isComposing;
  return target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);
}

/** Calls what belongs to a key. Names: `j`, `Escape`, and `mod+k` for Ctrl or ⌘ with it. */
export function useShortcuts(shortcuts: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isModified = event.ctrlKey || event.metaKey;
      const name = isModified ? `mod+${event.key.toLowerCase()}` : event.key;
      if (event.altKey || (!isModified && isTyping(event))) return;
      shortcuts[name]?.(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

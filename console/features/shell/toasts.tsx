'use client';

import { useTheme } from 'next-themes';
import { Toaster } from 'sonner';

/** Short messages about what was done, with a way to undo it. */
export function Toasts() {
  const { resolvedTheme } = useTheme();
  return (
    <Toaster
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-left"
      closeButton
      mobileOffset={{ bottom: 72 }}
      duration={6_000}
    />
  );
}

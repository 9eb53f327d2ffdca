'use client';

import useSWR from 'swr';
import type { About } from './types.ts';

/** Tells where programs call the gateway: at the page's own origin, unless the console has another address. */
export function useClientOrigin(): () => string {
  const { data: about } = useSWR<About, Error>('/about');
  return () => (about?.hasOwnConsole ? new URL(about.baseUrl).origin : window.location.origin);
}

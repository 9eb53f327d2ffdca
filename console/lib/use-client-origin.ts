'use client';

import useSWR from 'swr';
import type { About } from './types.ts';

/** The origin that clients use: the page's own, unless the console has its own address. */
export function useClientOrigin(): () => string {
  const { data: about } = useSWR<About, Error>('/about');
  return () => (about?.hasOwnConsole ? new URL(about.baseUrl).origin : window.location.origin);
}

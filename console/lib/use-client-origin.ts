'use client';

import { useAdmin } from './admin/use-admin.ts';

/** The origin that clients use: the page's own, unless the console has its own address. */
export function useClientOrigin(): () => string {
  const { data: about } = useAdmin('GET /about');
  return () => (about?.hasOwnConsole ? new URL(about.baseUrl).origin : window.location.origin);
}

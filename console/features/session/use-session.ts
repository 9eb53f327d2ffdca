import { ApiError } from '../../lib/admin/api-error.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

export type Session =
  | { readonly state: 'loading' | 'signed-in' | 'signed-out' }
  | { readonly state: 'failed'; readonly error: ApiError; readonly retry: () => void };

/** Whether this browser is signed in. */
export function useSession(): Session {
  const { data, error, mutate } = useAdmin('GET /session');
  if (error?.status === 401) return { state: 'signed-out' };
  if (data) return { state: 'signed-in' };
  if (error) return { state: 'failed', error, retry: () => void mutate() };
  return { state: 'loading' };
}

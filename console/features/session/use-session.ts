import useSWR from 'swr';
import type { ApiError } from '../../lib/api.ts';
import type { Session as SessionView } from '../../lib/types.ts';

export type Session =
  | { readonly state: 'loading' | 'signed-in' | 'signed-out' }
  | { readonly state: 'failed'; readonly error: ApiError; readonly retry: () => void };

/** Whether this browser is signed in. */
export function useSession(): Session {
  const { data, error, mutate } = useSWR<SessionView, ApiError>('/session');
  if (error?.status === 401) return { state: 'signed-out' };
  if (data) return { state: 'signed-in' };
  if (error) return { state: 'failed', error, retry: () => void mutate() };
  return { state: 'loading' };
}

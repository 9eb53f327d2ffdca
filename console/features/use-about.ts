import useSWR from 'swr';
import { type ApiError, getApi } from '../lib/api.ts';

export interface About {
  readonly name: string;
  readonly version: string;
  readonly baseUrl: string;
}

/** What this gateway is. Asking also tells whether the browser is signed in. */
export const useAbout = () => useSWR<About, ApiError>('/about', getApi<About>, { shouldRetryOnError: false });

import useSWR, { type SWRResponse } from 'swr';
import type { ApiError } from '../../lib/api.ts';

export interface About {
  readonly name: string;
  readonly version: string;
  readonly node: string;
  /** What clients are given as base URL. */
  readonly baseUrl: string;
  readonly configFile: string | null;
  readonly plugins: readonly {
    readonly name: string;
    readonly protocols: readonly string[];
    readonly providers: readonly string[];
  }[];
}

export const useAbout = (): SWRResponse<About, ApiError> => useSWR<About, ApiError>('/about');

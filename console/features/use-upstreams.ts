import useSWR from 'swr';
import { type ApiError, getApi } from '../lib/api.ts';

export interface Upstream {
  readonly id: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly origin: 'file' | 'state';
  readonly knownModels: number | null;
  readonly failure: string | null;
}

/** The upstreams, newly asked every few seconds. */
export const useUpstreams = () =>
  useSWR<readonly Upstream[], ApiError>('/upstreams', getApi<readonly Upstream[]>, { refreshInterval: 5000 });

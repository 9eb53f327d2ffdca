import useSWR, { type SWRResponse } from 'swr';
import type { ApiError } from '../../lib/api.ts';

export interface Upstream {
  readonly id: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly origin: 'file' | 'state';
  /** Null until the upstream has told its models. */
  readonly knownModels: number | null;
  /** Why the upstream could not tell its models. */
  readonly failure: string | null;
}

/** The upstreams, asked anew every few seconds: models are discovered while the page is open. */
export const useUpstreams = (): SWRResponse<readonly Upstream[], ApiError> =>
  useSWR<readonly Upstream[], ApiError>('/upstreams', { refreshInterval: 5000 });

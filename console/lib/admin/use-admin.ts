import type { Answer, Call, JsonName } from '@dragoman/core/admin-contract';
import useSWR, { type SWRConfiguration, type SWRResponse } from 'swr';
import { pathOf } from './address.ts';
import type { ApiError } from './api-error.ts';

/** The operations that read something. */
export type ReadName = Extract<JsonName, `GET ${string}`>;

type Options<Name extends ReadName> = SWRConfiguration<Answer<Name>, ApiError>;

/** What an operation answers, kept up to date by SWR. */
export function useAdmin<Name extends ReadName>(
  name: Name,
  ...[call, options]: object extends Call<Name>
    ? readonly [call?: Call<Name> | null, options?: Options<Name>]
    : readonly [call: Call<Name> | null, options?: Options<Name>]
): SWRResponse<Answer<Name>, ApiError> {
  return useSWR<Answer<Name>, ApiError>(call === null ? null : pathOf(name, call), options);
}

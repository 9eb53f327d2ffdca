import type { Candidate } from '../../catalogue/candidate.ts';
import type { RequestHooks } from '../../hooks/request-hooks.ts';
import { RequestCaller } from '../../routing/request-caller.ts';
import { headersWithoutCredentials } from '../access/credentials.ts';
import type { ClientRequest } from './client-request.ts';
import type { RouteDeps } from './route-deps.ts';

/** The hooks that apply to a request; `undefined` for most. */
export function openHooks(
  { exchange, model }: ClientRequest,
  { hooks, credentialHeaders }: Pick<RouteDeps, 'hooks' | 'credentialHeaders'>,
): RequestHooks | undefined {
  if (hooks.all().length === 0) return undefined;
  const { raw } = exchange;
  return hooks.open({
    ...{ exchange, model, wire: raw.wire },
    caller: new RequestCaller(exchange),
    headers: headersWithoutCredentials(raw.headers, credentialHeaders),
  });
}

/**
 * Checks that the client may ask for the model: hooks see only such requests, and may answer them. Returns a candidate
 * that would serve it.
 */
export async function checkRight(
  { exchange, model }: ClientRequest,
  { catalogue }: Pick<RouteDeps, 'catalogue'>,
): Promise<Candidate | undefined> {
  const { candidates } = await catalogue.resolve(model, exchange.key);
  return candidates[0];
}

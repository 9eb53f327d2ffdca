import type { Protocol } from './admin/types.ts';
import { useAdmin } from './admin/use-admin.ts';

/** What clients may speak, in the order of the plugins. */
export function useProtocols(): readonly Protocol[] {
  const { data = [] } = useAdmin('GET /protocols');
  return data;
}

/** Puts the gateway's address into what clients begin with. */
export function useOrigin(): (text: string) => string {
  const { data: about } = useAdmin('GET /about');
  const origin = about?.baseUrl.replace(/\/v1$/, '') ?? '';
  return (text) => text.replaceAll('{{origin}}', origin);
}

/** The first request, to copy. `key` is the key itself, or where it comes from. */
export function useCurlExample(key = '$GATEWAY_API_KEY'): string {
  const withOrigin = useOrigin();
  const curl = useProtocols().find((protocol) => protocol.curl !== undefined)?.curl ?? '';
  return withOrigin(curl).replace('$GATEWAY_API_KEY', () => key);
}

import { useRouter } from 'next/navigation';
import { useSWRConfig } from 'swr';
import { call } from '../../lib/api.ts';

export type Proof = { readonly token: string } | { readonly password: string };

/** Signs this browser in and goes to where it was, or to the first page. Throws the gateway's refusal. */
export function useSignIn(): (proof: Proof) => Promise<void> {
  const router = useRouter();
  const { mutate } = useSWRConfig();
  return async (proof) => {
    await call('POST', '/session', proof);
    await mutate('/session');
    router.replace(whereFrom());
  };
}

/** Only pages of the console: an address of elsewhere would lead people away. */
function whereFrom(): string {
  const next = new URLSearchParams(window.location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

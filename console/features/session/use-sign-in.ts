import { useRouter } from 'next/navigation';
import { useSWRConfig } from 'swr';
import { call } from '../../lib/api.ts';

export type Proof = { readonly token: string } | { readonly password: string };

/** Signs this browser in and goes to the title page. Throws the gateway's refusal. */
export function useSignIn(): (proof: Proof) => Promise<void> {
  const router = useRouter();
  const { mutate } = useSWRConfig();
  return async (proof) => {
    await call('POST', '/session', proof);
    await mutate('/session');
    router.push('/');
  };
}

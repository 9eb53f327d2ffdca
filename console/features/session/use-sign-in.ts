import type { Call } from '@dragoman/core/admin-contract';
import { useRouter } from 'next/navigation';
import { callAdmin } from '../../lib/admin/call.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

export type Proof = Call<'POST /session'>['body'];

/** Signs this browser in and goes to where it was, or to the first page. Throws the gateway's refusal. */
export function useSignIn(): (proof: Proof) => Promise<void> {
  const router = useRouter();
  const refresh = useRefresh();
  return async (proof) => {
    await callAdmin('POST /session', { body: proof });
    await refresh('GET /session');
    router.replace(whereFrom());
  };
}

/** Only pages of the console: an address of elsewhere would lead people away. */
function whereFrom(): string {
  const next = new URLSearchParams(window.location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import { useSWRConfig } from 'swr';
import { callApi } from '../lib/api.ts';

/** Signs in by the token in the address, which is taken out of it at once, or by the admin password. */
export function SignInForm() {
  const router = useRouter();
  const { mutate } = useSWRConfig();
  const [message, setMessage] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const signIn = async (proof: { readonly token: string } | { readonly password: string }) => {
    setBusy(true);
    try {
      await callApi('POST', '/session', proof);
      await mutate(() => true, undefined, { revalidate: false });
      router.replace('/');
    } catch (error) {
      setMessage((error as Error).message);
      setBusy(false);
    }
  };

  useEffect(() => {
    const token = /^#token=(.+)$/.exec(window.location.hash)?.[1];
    if (!token) return;
    window.history.replaceState(null, '', window.location.pathname);
    void signIn({ token });
    // Once, when the page opens: a token works only once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get('password');
    if (typeof password === 'string' && password !== '') void signIn({ password });
  };

  return (
    <form onSubmit={submit}>
      <label htmlFor="password">Admin password</label>
      <input id="password" name="password" type="password" autoComplete="current-password" required />
      <button type="submit" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
      {message && <p role="alert">{message}</p>}
      <p className="quiet">
        No password yet? Open the sign-in link that the gateway printed at its start, or make a new one with{' '}
        <code>./dragoman sign-in-link</code>.
      </p>
    </form>
  );
}

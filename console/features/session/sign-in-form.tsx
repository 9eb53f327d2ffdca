'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { PasswordField } from '../../components/ui/password-field.tsx';
import { type Proof, useSignIn } from './use-sign-in.ts';

/** Signs in by the link that brought the browser here, or else by password. */
export function SignInForm() {
  const signIn = useSignIn();
  const [busy, setBusy] = useState<'link' | 'password'>();
  const [problem, setProblem] = useState<string>();

  const attempt = async (how: 'link' | 'password', proof: Proof): Promise<void> => {
    setBusy(how);
    setProblem(undefined);
    try {
      await signIn(proof);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(undefined);
    }
  };

  useEffect(() => {
    const useLink = (): void => {
      const token = takeToken();
      if (token !== undefined) void attempt('link', { token });
    };
    useLink();
    // A second link that is opened in the same tab changes the fragment only.
    window.addEventListener('hashchange', useLink);
    return () => window.removeEventListener('hashchange', useLink);
    // Once per page: `attempt` is new at every render, and does the same.
  }, []);

  if (busy === 'link') return <p aria-live="polite">Signing in with your link …</p>;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get('password');
    if (typeof password === 'string') void attempt('password', { password });
  };
  return (
    <form className="stack" onSubmit={submit}>
      {problem !== undefined && <Notice kind="error">{problem}</Notice>}
      <PasswordField label="Admin password" name="password" />
      <Button type="submit" disabled={busy !== undefined}>
        {busy ? 'Signing in …' : 'Sign in'}
      </Button>
    </form>
  );
}

/** Reads the link's token and takes it out of the address at once, so that it stays in no history. */
function takeToken(): string | undefined {
  const { hash, pathname } = window.location;
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? undefined;
  if (hash !== '') window.history.replaceState(window.history.state, '', pathname);
  return token;
}

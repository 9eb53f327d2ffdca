'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { type Proof, useSignIn } from './use-sign-in.ts';

/** Signs in by the link that brought the browser here, or else by password. */
export function SignInForm() {
  const t = useTranslations('signIn');
  const signIn = useSignIn();
  const [busy, setBusy] = useState<'link' | 'password'>();
  const [problem, setProblem] = useState<string>();

  const attempt = async (how: 'link' | 'password', proof: Proof): Promise<void> => {
    setBusy(how);
    setProblem(undefined);
    try {
      await signIn(proof);
    } catch (error) {
      setProblem(messageOf(error));
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

  if (busy === 'link') return <p aria-live="polite">{t('byLink')}</p>;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get('password');
    if (typeof password === 'string') void attempt('password', { password });
  };
  return (
    <form className="grid gap-4" onSubmit={submit}>
      {problem !== undefined && <Notice kind="error">{problem}</Notice>}
      <TextField
        label={t('password')}
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" disabled={busy !== undefined}>
        {busy ? t('busy') : t('submit')}
      </Button>
    </form>
  );
}

/** Reads the link's token and takes it out of the address at once, so that it stays in no history. */
function takeToken(): string | undefined {
  const { hash, pathname, search } = window.location;
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? undefined;
  if (hash !== '') window.history.replaceState(window.history.state, '', pathname + search);
  return token;
}

'use client';

import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { useRefresh } from '../../lib/admin/use-refresh.ts';

interface PasswordFormProps {
  readonly isSet: boolean;
}

export function PasswordForm({ isSet }: PasswordFormProps) {
  const t = useTranslations('settings');
  const refresh = useRefresh();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const save = async (adminPassword: string | null): Promise<void> => {
    setProblem(undefined);
    try {
      await callAdmin('PATCH /settings', { body: { adminPassword } });
      setPassword('');
      await refresh('GET /settings', 'GET /session', 'GET /sessions');
      toast.success(adminPassword === null ? t('passwordGone') : t('passwordSaved'));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save(password);
  };
  return (
    <form className="grid gap-4" onSubmit={submit}>
      <Notice kind="hint">{t(isSet ? 'passwordSet' : 'passwordUnset')}</Notice>
      {problem !== undefined && <Notice kind="error">{problem}</Notice>}
      <TextField
        label={t('newPassword')}
        hint={t('passwordHint')}
        type="password"
        autoComplete="new-password"
        minLength={8}
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div className="flex gap-2">
        <Button type="submit">{t('save')}</Button>
        {isSet && (
          <Button kind="danger" onClick={() => void save(null)}>
            {t('removePassword')}
          </Button>
        )}
      </div>
    </form>
  );
}

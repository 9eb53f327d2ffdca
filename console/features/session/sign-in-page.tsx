'use client';

import { useTranslations } from 'use-intl';
import { Notice } from '../../components/ui/notice.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const t = useTranslations('signIn');
  return (
    <div className="mx-auto grid max-w-md gap-5 pt-[8vh]">
      <h1 className="text-2xl font-semibold">{t('title')}</h1>
      <Panel>
        <SignInForm />
      </Panel>
      <Notice kind="hint">
        {t.rich('hint', { code: (chunks) => <code className="font-mono text-sm">{chunks}</code> })}
      </Notice>
    </div>
  );
}

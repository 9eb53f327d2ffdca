import type { Metadata } from 'next';
import { PageFrame } from '../../components/page-frame.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { SignInForm } from '../../features/session/sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in · Dragoman' };

export default function Page() {
  return (
    <PageFrame>
      <section className="card stack">
        <h1>Sign in</h1>
        <SignInForm />
        <Notice kind="hint">
          The gateway prints a sign-in link when it starts; it works once. For another, run{' '}
          <code>./dragoman sign-in-link</code>.
        </Notice>
      </section>
    </PageFrame>
  );
}

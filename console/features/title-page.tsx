'use client';

import { PageFrame } from '../components/page-frame.tsx';
import { Notice } from '../components/ui/notice.tsx';
import { Skeleton } from '../components/ui/skeleton.tsx';
import { Overview } from './overview.tsx';
import { SignOutButton } from './session/sign-out-button.tsx';
import { useSession } from './session/use-session.ts';
import { Welcome } from './welcome.tsx';

/** The gateway at a glance for whoever is signed in, and the way in for everybody else. */
export function TitlePage() {
  const session = useSession();
  if (session.state === 'signed-out') {
    return (
      <PageFrame>
        <Welcome />
      </PageFrame>
    );
  }
  return (
    <PageFrame action={session.state === 'signed-in' && <SignOutButton />}>
      {session.state === 'signed-in' && <Overview />}
      {session.state === 'loading' && <Skeleton lines={4} />}
      {session.state === 'failed' && (
        <Notice kind="error" onRetry={session.retry}>
          {session.error.message}
        </Notice>
      )}
    </PageFrame>
  );
}

import type { Metadata } from 'next';
import { SignInPage } from '../../features/session/sign-in-page.tsx';

export const metadata: Metadata = { title: 'Sign in · Dragoman' };

export default function Page() {
  return <SignInPage />;
}

import type { Metadata } from 'next';
import { ThreadPage } from '../../../features/traces/thread/thread-page.tsx';

export const metadata: Metadata = { title: 'Conversation · Dragoman' };

export default function Page() {
  return <ThreadPage />;
}

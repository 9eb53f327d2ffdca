import type { Metadata } from 'next';
import { TracesPage } from '../../features/traces/traces-page.tsx';

export const metadata: Metadata = { title: 'Traces · Dragoman' };

export default function Page() {
  return <TracesPage />;
}

import type { Metadata } from 'next';
import { TraceViewPage } from '../../../features/traces/view/trace-view-page.tsx';

export const metadata: Metadata = { title: 'Trace · Dragoman' };

export default function Page() {
  return <TraceViewPage />;
}

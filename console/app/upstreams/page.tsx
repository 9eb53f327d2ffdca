import type { Metadata } from 'next';
import { UpstreamsPage } from '../../features/upstreams/upstreams-page.tsx';

export const metadata: Metadata = { title: 'Upstreams · Dragoman' };

export default function Page() {
  return <UpstreamsPage />;
}

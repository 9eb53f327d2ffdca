'use client';
import Link from 'next/link';
import { useSWRConfig } from 'swr';
import { callApi } from '../lib/api.ts';
import { UpstreamList } from './upstream-list.tsx';
import { useAbout } from './use-about.ts';

/** What a signed-in person sees first; anybody else is asked to sign in. */
export function Dashboard() {
  const { data: about, error, isLoading } = useAbout();
  const { mutate } = useSWRConfig();
  if (isLoading) return <p className="quiet">Loading…</p>;
  if (error?.status === 401) {
    return (
      <p>
        <Link className="button" href="/sign-in/">
          Sign in
        </Link>
      </p>
    );
  }
  if (error || !about) return <p role="alert">{error?.message}</p>;
  const signOut = async () => {
    await callApi('DELETE', '/session');
    await mutate(() => true, undefined, { revalidate: true });
  };
  return (
    <>
      <dl className="facts">
        <dt>Base URL</dt>
        <dd>
          <code>{about.baseUrl}</code>
        </dd>
        <dt>Version</dt>
        <dd>{about.version}</dd>
      </dl>
      <h2>Upstreams</h2>
      <UpstreamList />
      <p>
        <button type="button" className="plain" onClick={() => void signOut()}>
          Sign out
        </button>
      </p>
    </>
  );
}

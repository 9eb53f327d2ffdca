import Link from 'next/link';
import { PageFrame } from '../components/page-frame.tsx';

export default function NotFound() {
  return (
    <PageFrame>
      <section className="welcome">
        <h1>Nothing here</h1>
        <p className="lead">The console has no page at this address.</p>
        <Link className="button button-primary" href="/">
          Back to the console
        </Link>
      </section>
    </PageFrame>
  );
}

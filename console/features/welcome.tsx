import Link from 'next/link';
import { FlowPicture } from '../components/flow-picture.tsx';

export function Welcome() {
  return (
    <section className="welcome">
      <FlowPicture />
      <h1>Any LLM client, any upstream.</h1>
      <p className="lead">
        This gateway stands between them and interprets. Sign in to see how it is set up.
      </p>
      <Link className="button button-primary" href="/sign-in/">
        Sign in
      </Link>
    </section>
  );
}

import Link from 'next/link';

export default function NotFound() {
  return (
    <>
      <header>
        <h1>Nothing here</h1>
        <p className="quiet">This page does not exist.</p>
      </header>
      <p>
        <Link href="/">Back to the console</Link>
      </p>
    </>
  );
}

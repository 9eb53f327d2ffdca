import { Dashboard } from '../features/dashboard.tsx';

export default function Page() {
  return (
    <>
      <header>
        <h1>Dragoman</h1>
        <p className="quiet">Any LLM client, any upstream.</p>
      </header>
      <Dashboard />
    </>
  );
}

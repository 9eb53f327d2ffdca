import { SignInForm } from '../../features/sign-in-form.tsx';

export default function Page() {
  return (
    <>
      <header>
        <h1>Dragoman</h1>
        <p className="quiet">Sign in to the console.</p>
      </header>
      <SignInForm />
    </>
  );
}

import { TitlePage } from '../features/title-page.tsx';

export default function Page() {
  return <TitlePage />;
}

'use client';

import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { buttonClass } from '../components/ui/button.tsx';

export default function NotFound() {
  const t = useTranslations('notFound');
  return (
    <section className="grid justify-items-center gap-4 py-24 text-center">
      <h1 className="text-2xl font-semibold">{t('title')}</h1>
      <p className="text-quiet">{t('text')}</p>
      <Link className={buttonClass()} href="/">
        {t('back')}
      </Link>
    </section>
  );
}

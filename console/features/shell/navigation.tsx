'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'use-intl';
import { classNames } from '../../lib/class-names.ts';
import { PAGES } from './pages.ts';

/** The pages: at the side, or at the foot of a telephone. */
export function Navigation() {
  const t = useTranslations('pages');
  const path = usePathname();
  return (
    <nav
      aria-label={t('label')}
      className="fixed inset-x-0 bottom-0 z-30 flex border-t bg-surface md:sticky md:inset-auto md:top-14 md:h-[calc(100dvh-3.5rem)] md:w-48 md:shrink-0 md:flex-col md:gap-1 md:border-t-0 md:border-r md:p-3"
    >
      {PAGES.map(({ href, name, icon: Icon }) => {
        const isHere = href === '/' ? path === '/' : path.startsWith(href);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? 'page' : undefined}
            className={classNames(
              'flex min-w-0 flex-1 flex-col items-center gap-0.5 px-1 py-2 text-[10px] md:flex-none md:flex-row md:gap-2.5 md:rounded-md md:px-2.5 md:text-[15px]',
              isHere ? 'font-medium text-accent md:bg-tint' : 'text-quiet hover:text-ink md:hover:bg-sunken',
            )}
          >
            <Icon size={18} aria-hidden />
            <span className="max-w-full truncate">{t(name)}</span>
          </Link>
        );
      })}
    </nav>
  );
}

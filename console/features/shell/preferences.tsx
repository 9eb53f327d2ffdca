'use client';

import { Languages, Moon, Sun, SunMoon } from 'lucide-react';
import { useTheme } from 'next-themes';
import { useTranslations } from 'use-intl';
import { LANGUAGES, type Language, useLanguage } from '../../lib/i18n.tsx';
import { IconButton } from '../../components/ui/button.tsx';
import { Menu } from '../../components/ui/menu.tsx';

export function LanguageMenu() {
  const t = useTranslations('shell');
  const { choose } = useLanguage();
  const items = Object.entries(LANGUAGES).map(([language, label]) => ({
    label,
    onSelect: () => choose(language as Language),
  }));
  return (
    <Menu
      items={items}
      trigger={
        <IconButton label={t('language')}>
          <Languages size={18} />
        </IconButton>
      }
    />
  );
}

export function ThemeMenu() {
  const t = useTranslations('shell');
  const { setTheme } = useTheme();
  return (
    <Menu
      items={[
        {
          label: (
            <>
              <Sun size={16} /> {t('light')}
            </>
          ),
          onSelect: () => setTheme('light'),
        },
        {
          label: (
            <>
              <Moon size={16} /> {t('dark')}
            </>
          ),
          onSelect: () => setTheme('dark'),
        },
        {
          label: (
            <>
              <SunMoon size={16} /> {t('system')}
            </>
          ),
          onSelect: () => setTheme('system'),
        },
      ]}
      trigger={
        <IconButton label={t('theme')}>
          <SunMoon size={18} />
        </IconButton>
      }
    />
  );
}

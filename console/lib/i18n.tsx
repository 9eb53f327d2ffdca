'use client';

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { IntlProvider } from 'use-intl';
import { en, type Messages } from '../messages/en.ts';

export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

declare module 'use-intl' {
  interface AppConfig {
    Messages: Messages;
    Locale: Language;
  }
}

const STORED = 'dragoman-language';

interface Choice {
  readonly language: Language;
  readonly choose: (language: Language) => void;
}

const LanguageContext = createContext<Choice>({ language: 'en', choose: () => {} });

export const useLanguage = (): Choice => useContext(LanguageContext);

function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(LANGUAGES, text);
}

/** What was asked for in the address, chosen before, or is the browser's own. */
function preferred(): Language {
  const asked = new URLSearchParams(window.location.search).get('lang');
  if (isLanguage(asked)) return asked;
  const stored = window.localStorage.getItem(STORED);
  if (isLanguage(stored)) return stored;
  return navigator.languages.some((language) => /^zh/i.test(language)) ? 'zh-CN' : 'en';
}

/** Speaks the language that people chose. English comes with the page, others when they are wanted. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [spoken, speak] = useState<{ readonly language: Language; readonly messages: Messages }>({
    language: 'en',
    messages: en,
  });
  const choose = useMemo(
    () => (language: Language) => {
      window.localStorage.setItem(STORED, language);
      void load(language).then((messages) => speak({ language, messages }));
    },
    [],
  );
  useEffect(() => {
    const language = preferred();
    if (language !== 'en') void load(language).then((messages) => speak({ language, messages }));
  }, []);
  useEffect(() => {
    document.documentElement.lang = spoken.language;
  }, [spoken.language]);
  const choice = useMemo(() => ({ language: spoken.language, choose }), [spoken.language, choose]);
  return (
    <LanguageContext value={choice}>
      <IntlProvider locale={spoken.language} messages={spoken.messages} timeZone={timeZone()}>
        {children}
      </IntlProvider>
    </LanguageContext>
  );
}

async function load(language: Language): Promise<Messages> {
  return language === 'en' ? en : (await import('../messages/zh-cn.ts')).zhCN;
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

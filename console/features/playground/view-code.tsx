'use client';

import { useState } from 'react';
import useSWR from 'swr';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import { callAdmin } from '../../lib/admin/call.ts';
import { useClientOrigin } from '../../lib/use-client-origin.ts';
import type { Prompt } from './prompt.ts';
import { toRequest } from './to-request.ts';

export function ViewCode({ prompt, model }: { readonly prompt: Prompt; readonly model: string }) {
  const t = useTranslations('playground');
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        {t('viewCode')}
      </Button>
      {isOpen && (
        <Dialog isOpen onClose={() => setOpen(false)} title={t('viewCode')} shape="drawer">
          <Code prompt={prompt} model={model} />
        </Dialog>
      )}
    </>
  );
}

function Code({ prompt, model }: { readonly prompt: Prompt; readonly model: string }) {
  const t = useTranslations('playground');
  const [language, setLanguage] = useState('curl');
  const originOf = useClientOrigin();
  const origin = originOf();
  const made = useSWR(['/playground/code', prompt, model, origin], () => {
    const body = { ...toRequest(prompt, { model }), origin };
    return callAdmin('POST /playground/code', { body });
  });
  return (
    <Loaded of={made}>
      {(programs) => (
        <Tabs
          label={t('viewCode')}
          value={language}
          onChange={setLanguage}
          tabs={programs.map(({ name, text }) => ({
            value: name,
            label: name,
            content: <CodeBlock label={name} text={text} className="max-h-[70dvh]" />,
          }))}
        />
      )}
    </Loaded>
  );
}

'use client';

import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import { messageOf } from '../../lib/api.ts';
import { useClientOrigin } from '../../lib/use-client-origin.ts';
import { codeFor } from './code.ts';
import { encode } from './encode.ts';
import { type Prompt, readTools } from './prompt.ts';

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
  const made = make(prompt, { model, originOf });
  if (typeof made === 'string') return <Notice kind="error">{made}</Notice>;
  return (
    <Tabs
      label={t('viewCode')}
      value={language}
      onChange={setLanguage}
      tabs={Object.entries(made).map(([name, text]) => ({
        value: name,
        label: name,
        content: <CodeBlock label={name} text={text} className="max-h-[70dvh]" />,
      }))}
    />
  );
}

interface MakeInput {
  readonly model: string;
  readonly originOf: () => string;
}

/** The code, or why there is none. */
function make(prompt: Prompt, { model, originOf }: MakeInput): Readonly<Record<string, string>> | string {
  try {
    const request = encode(prompt.protocol, {
      prompt,
      messages: prompt.messages,
      tools: readTools(prompt.tools),
      model,
    });
    return codeFor(prompt.protocol, request, originOf());
  } catch (error) {
    return messageOf(error);
  }
}

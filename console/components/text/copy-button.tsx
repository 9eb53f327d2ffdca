'use client';

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';

interface CopyButtonProps {
  readonly text: string | (() => string);
  readonly label?: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const t = useTranslations('common');
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // Browsers give the clipboard to secure pages only; the text can still be selected.
      toast.error(t('copyRefused'));
    }
  };
  return (
    <Button kind="quiet" isSmall onClick={() => void copy()}>
      {isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span aria-live="polite">{isCopied ? t('copied') : (label ?? t('copy'))}</span>
    </Button>
  );
}

'use client';

import { BookMarked, History, Link2, Save, Trash2 } from 'lucide-react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { Menu } from '../../components/ui/menu.tsx';
import { useStored } from '../../lib/use-stored.ts';
import { useFormats } from '../../lib/format.ts';
import { type PastRun, type Saved, toFragment } from './share.ts';

interface Preset extends Saved {
  readonly name: string;
}

interface PresetBarProps {
  readonly saved: Saved;
  readonly past: readonly PastRun[];
  readonly onShow: (saved: Saved) => void;
}

/** Prompts with a name and those that were run, kept by this browser, and links to share them. */
export function PresetBar({ saved, past, onShow }: PresetBarProps) {
  const t = useTranslations('playground');
  const formats = useFormats();
  const [presets, setPresets] = useStored<readonly Preset[]>('dragoman-presets', []);
  const save = (): void => {
    const name = window.prompt(t('presetName'))?.trim();
    if (!name) return;
    setPresets([...presets.filter((preset) => preset.name !== name), { name, ...saved }]);
    toast.success(t('presetSaved', { name }));
  };
  const share = async (): Promise<void> => {
    const url = `${window.location.origin}${window.location.pathname}#${await toFragment(saved)}`;
    try {
      await navigator.clipboard.writeText(url);
      toast.success(t('linkCopied'));
    } catch {
      window.prompt(t('linkHere'), url);
    }
  };
  const remove = (name: string): void => {
    const before = presets;
    setPresets(presets.filter((preset) => preset.name !== name));
    toast(t('presetGone', { name }), { action: { label: t('undo'), onClick: () => setPresets(before) } });
  };
  return (
    <div className="flex flex-wrap gap-2">
      {past.length > 0 && (
        <Menu
          trigger={
            <Button kind="quiet" isSmall>
              <History size={14} aria-hidden /> {t('history')}
            </Button>
          }
          items={past.map((run) => ({
            label: (
              <span className="max-w-72 truncate">
                <span className="text-quiet">{formats.ago(run.at)}</span> {titleOf(run)}
              </span>
            ),
            onSelect: () => onShow(run),
          }))}
        />
      )}
      {presets.length > 0 && (
        <Menu
          trigger={
            <Button kind="quiet" isSmall>
              <BookMarked size={14} aria-hidden /> {t('presets')}
            </Button>
          }
          items={[
            ...presets.map((preset) => ({ label: preset.name, onSelect: () => onShow(preset) })),
            ...presets.map((preset) => ({
              label: (
                <>
                  <Trash2 size={14} aria-hidden /> {preset.name}
                </>
              ),
              isDangerous: true,
              onSelect: () => remove(preset.name),
            })),
          ]}
        />
      )}
      <Button kind="quiet" isSmall onClick={save}>
        <Save size={14} aria-hidden /> {t('save')}
      </Button>
      <Button kind="quiet" isSmall onClick={() => void share()}>
        <Link2 size={14} aria-hidden /> {t('share')}
      </Button>
    </div>
  );
}

/** A run goes by what was said last, and to whom. */
function titleOf({ prompt, models }: PastRun): string {
  return `${models.join(', ')}: ${prompt.messages.at(-1)?.text ?? ''}`;
}

'use client';

import { Play, Plus, Square } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { Panel } from '../../components/ui/panel.tsx';
import { messageOf } from '../../lib/admin/api-error.ts';
import { callAdmin } from '../../lib/admin/call.ts';
import { useProtocols } from '../../lib/use-protocols.ts';
import { useStored } from '../../lib/use-stored.ts';
import { useShortcuts } from '../../lib/use-shortcuts.ts';
import { AnswerColumn } from './answer-column.tsx';
import { promptFromTrace } from './from-trace.ts';
import { PresetBar } from './preset-bar.tsx';
import { EMPTY_PROMPT, type Prompt, readTools } from './prompt.ts';
import { PromptForm } from './prompt-form.tsx';
import { fromFragment, MAX_PAST, type PastRun, type Saved, withoutImages } from './share.ts';
import { useColumns } from './use-columns.ts';

const LAST = 'dragoman-playground';
const MAX_COLUMNS = 4;

export function PlaygroundPage() {
  const t = useTranslations('playground');
  const [typed, setPromptState] = useState<Prompt>(EMPTY_PROMPT);
  const protocols = useProtocols().filter(({ curl }) => curl !== undefined);
  // What was kept or shared may name a protocol whose plugin is gone.
  const protocol = protocols.find(({ name }) => name === typed.protocol) ?? protocols[0];
  const prompt = { ...typed, protocol: protocol?.name ?? typed.protocol };
  const columns = useColumns(['echo']);
  const [trace] = useQueryState('trace', parseAsString);
  const models = columns.columns.map(({ model }) => model);
  const [past, setPast] = useStored<readonly PastRun[]>('dragoman-past-runs', []);

  const setPrompt = (next: Prompt): void => {
    setPromptState(next);
    remember({ prompt: next, models });
  };
  const setModels = (next: readonly string[]): void => {
    columns.setModels(next);
    remember({ prompt, models: next });
  };
  const show = ({ prompt: saved, models: names }: Saved): void => {
    setPromptState({ ...EMPTY_PROMPT, ...saved });
    if (names.length > 0) columns.setModels(names.slice(0, MAX_COLUMNS));
  };

  useEffect(() => {
    void begin(trace).then(
      (saved) => saved && show(saved),
      (error: unknown) => toast.error(messageOf(error)),
    );
    // Once for each trace that is opened here; what is typed later stays.
  }, [trace]);

  const start = (): void => {
    try {
      readTools(prompt.tools);
    } catch (error) {
      toast.error(t('badTools', { problem: messageOf(error) }));
      return;
    }
    columns.start(prompt);
    setPast([{ at: Date.now(), ...withoutImages({ prompt, models }) }, ...past].slice(0, MAX_PAST));
  };
  useShortcuts({ 'mod+enter': start, Escape: () => columns.stop() });

  return (
    <div className="grid gap-4">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold">{t('title')}</h1>
        <PresetBar saved={{ prompt, models }} past={past} onShow={show} />
      </header>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(360px,2fr)_3fr]">
        <Panel className="min-w-0">
          <PromptForm prompt={prompt} models={models} protocols={protocols} onChange={setPrompt} />
        </Panel>
        <div className="grid min-w-0 gap-4">
          <div className="flex flex-wrap gap-2">
            {columns.isRunning ? (
              <Button kind="danger" onClick={() => columns.stop()}>
                <Square size={16} aria-hidden /> {t('stop')}
              </Button>
            ) : (
              <Button onClick={start} aria-keyshortcuts="Control+Enter Meta+Enter">
                <Play size={16} aria-hidden /> {t('run')}
              </Button>
            )}
            {models.length < MAX_COLUMNS && (
              <Button kind="quiet" onClick={() => setModels([...models, models.at(-1) ?? 'echo'])}>
                <Plus size={16} aria-hidden /> {t('addModel')}
              </Button>
            )}
          </div>
          <div className={`grid gap-4 ${models.length > 1 ? 'lg:grid-cols-2' : ''}`}>
            {columns.columns.map((column, at) => (
              <AnswerColumn
                key={at}
                column={column}
                number={at + 1}
                onModel={(model) => setModels(models.map((one, place) => (place === at ? model : one)))}
                onRemove={
                  models.length > 1 ? () => setModels(models.filter((_, place) => place !== at)) : undefined
                }
                onAnswer={(results) => columns.answer(at, prompt, results)}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

function remember(saved: Saved): void {
  try {
    window.localStorage.setItem(LAST, JSON.stringify(saved));
  } catch {
    // Large pictures do not fit; the page works without.
  }
}

/** What to begin with: a trace, what a link brought, or what was there last. */
async function begin(trace: string | null): Promise<Saved | undefined> {
  if (trace !== null) {
    const params = { id: trace };
    const [one, detail] = await Promise.all([
      callAdmin('GET /traces/:id', { params }),
      callAdmin('GET /traces/:id/detail', { params }),
    ]);
    const prompt = promptFromTrace(one, detail);
    return prompt && { prompt, models: [one.model ?? 'echo'] };
  }
  const linked = await fromFragment(window.location.hash);
  if (linked) return linked;
  const last = window.localStorage.getItem(LAST);
  return last === null ? undefined : (JSON.parse(last) as Saved);
}

import { useRef, useState } from 'react';
import { messageOf } from '../../lib/admin/api-error.ts';
import { type Call, type Message, mockedResult, type Prompt } from './prompt.ts';
import { NEW_RUN, type Run, runRequest } from './run.ts';
import { toRequest } from './to-request.ts';

/** A mocked tool that is called for ever ends here. */
const MAX_STEPS = 8;

/** One model's side of the comparison: what it said so far, and its answer as it comes. */
export interface Column {
  readonly model: string;
  /** What followed the shared prompt: earlier answers and the results of their calls. */
  readonly history: readonly Message[];
  readonly run?: Run;
}

export interface Columns {
  readonly columns: readonly Column[];
  readonly isRunning: boolean;
  setModels(models: readonly string[]): void;
  /** Asks all models, from the beginning. */
  start(prompt: Prompt): void;
  /** Goes on with the results of the calls of a column's answer. */
  answer(at: number, prompt: Prompt, results: readonly Message[]): void;
  stop(): void;
}

export function useColumns(first: readonly string[]): Columns {
  const [columns, setColumns] = useState<readonly Column[]>(first.map((model) => ({ model, history: [] })));
  const [running, setRunning] = useState(0);
  const controller = useRef(new AbortController());

  const update = (at: number, change: Partial<Column>): void =>
    setColumns((all) => all.map((column, place) => (place === at ? { ...column, ...change } : column)));

  /** Asks, and goes on by itself as long as every call is of a mocked tool. */
  const run = async (at: number, { model, history }: Column, prompt: Prompt): Promise<void> => {
    const { signal } = controller.current;
    let said = history;
    setRunning((count) => count + 1);
    try {
      for (let step = 0; step < MAX_STEPS; step++) {
        update(at, { history: said, run: NEW_RUN });
        const answered = await runRequest({
          input: toRequest(prompt, { model, history: said }),
          signal,
          onChange: (next) => update(at, { run: next }),
        });
        const results = answered.state === 'done' ? mocked(prompt, answered.calls) : undefined;
        if (!results) break;
        said = [...said, { role: 'assistant', text: answered.text, calls: answered.calls }, ...results];
      }
    } catch (error) {
      update(at, { run: { ...NEW_RUN, state: 'failed', error: messageOf(error) } });
    }
    setRunning((count) => count - 1);
  };

  return {
    columns,
    isRunning: running > 0,
    setModels: (models) =>
      setColumns((all) =>
        models.map((model, at) => (all[at]?.model === model ? all[at] : { model, history: [] })),
      ),
    start(prompt) {
      controller.current = new AbortController();
      for (const [at, { model }] of columns.entries()) void run(at, { model, history: [] }, prompt);
    },
    answer(at, prompt, results) {
      const column = columns[at];
      if (!column?.run) return;
      controller.current = new AbortController();
      const { text, calls } = column.run;
      void run(
        at,
        { model: column.model, history: [...column.history, { role: 'assistant', text, calls }, ...results] },
        prompt,
      );
    },
    stop: () => controller.current.abort(),
  };
}

/** The results of all calls; `undefined` where one of them is for a person to answer. */
function mocked({ mocks }: Prompt, calls: readonly Call[]): readonly Message[] | undefined {
  if (calls.length === 0) return undefined;
  const results: Message[] = [];
  for (const call of calls) {
    const text = mockedResult(mocks, call);
    if (text === undefined) return undefined;
    results.push({ role: 'tool', callId: call.id, name: call.name, text, isError: false });
  }
  return results;
}

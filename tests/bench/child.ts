/** The child's side of a process of the bench: it says where it listens, answers its parent, and ends with it. */

/** What a child says once it is ready for its first question. */
export interface Ready {
  /** Where it listens; absent when it only asks others. */
  readonly port?: number;
  /** What its clients have to send. */
  readonly key?: string;
}

export type ChildMessage =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'answer'; readonly answer: unknown }
  | { readonly type: 'failure'; readonly message: string };

/** Tells the parent that this process is ready, and answers its questions one by one until it goes away. */
export function serveParent(ready: Ready, answer: (question: never) => unknown): void {
  const tell = (message: ChildMessage): void => void process.send?.(message);
  process.on('message', async (question) => {
    try {
      tell({ type: 'answer', answer: await answer(question as never) });
    } catch (error) {
      tell({ type: 'failure', message: error instanceof Error ? error.message : String(error) });
    }
  });
  tell({ type: 'ready', ready });
}

export type Measure = 'cpu' | 'rss';

/** The questions to a measured process: user and system time since its start, in microseconds, and its memory, in bytes. */
export function measure(what: Measure): number {
  if (what === 'rss') return process.memoryUsage.rss();
  const { user, system } = process.cpuUsage();
  return user + system;
}

// Ctrl-C in a terminal reaches the whole group; the parent decides what happens, and in which order. An end by
// `exit` runs the exit handlers, which a signal alone would not.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

import type { World } from './world.ts';

/** Hostile schemas and texts cost the thread some time each, and it may have many of them to do. */
const PATIENCE_MS = 20_000;
const ASK_EVERY_MS = 20;

interface Ready {
  readonly traces: { readonly status: string; readonly lost: number };
}

/** Whether a request is still recorded: says what is wrong, if anything is. The thread of traces may have died unseen. */
export async function checkTraces({ port, surface, admin }: World): Promise<string | undefined> {
  const url = `http://127.0.0.1:${port}`;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { traces } = (await (await fetch(`${url}/readyz`, { signal })).json()) as Ready;
    if (traces.status !== 'ok' || traces.lost > 0) return `thread: /readyz says ${JSON.stringify(traces)}`;
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${surface.keys.full}`, 'content-type': 'application/json' },
      body: '{"model":"echo","messages":[{"role":"user","content":"Are you there?"}]}',
      signal,
    });
    await answer.text();
    const id = answer.headers.get('x-request-id') ?? '';
    while (!(await isRecorded(id, { admin, signal }))) {
      if (signal.aborted) return 'thread: a request was not recorded in time';
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    return undefined;
  } catch (error) {
    return `thread: the recording of a request could not be seen: ${String(error)}`;
  }
}

async function isRecorded(
  id: string,
  { admin, signal }: Pick<World, 'admin'> & { readonly signal: AbortSignal },
): Promise<boolean> {
  signal.throwIfAborted();
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const asked = admin('GET', `/traces/${id}`).then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}

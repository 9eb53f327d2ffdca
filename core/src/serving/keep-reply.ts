import type { ChatEvent, ChatReply } from '@dragoman/plugin';
import { ReplyFolder } from '@dragoman/plugin/internal/canonical/fold';
import { resumed } from '@dragoman/plugin/internal/canonical/iterate';

/** Keeps the whole reply, before its last event is emitted. */
export type Keep = (reply: ChatReply) => Promise<void>;

/** Keeps the whole reply before its end is emitted: the next request may build on it. */
export async function* kept(events: AsyncIterator<ChatEvent>, keep: Keep): AsyncGenerator<ChatEvent> {
  const folder = new ReplyFolder();
  for await (const event of resumed([], events)) {
    folder.push(event);
    if (event.type === 'finish') await keep(folder.reply());
    yield event;
  }
}

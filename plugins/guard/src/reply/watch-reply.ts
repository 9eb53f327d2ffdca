import type { ChatEvent, TextMapper } from '@dragoman/plugin';
import type { Place } from '../options.ts';
import type { Form } from '../texts.ts';
import { formOf, placeOf } from './block-forms.ts';

/** Lets watchers see a reply. The events pass as they are, at once. */
export async function* watchReply(
  events: AsyncIterable<ChatEvent>,
  create: (place: Place, form: Form) => TextMapper,
  wantsJson: boolean,
): AsyncGenerator<ChatEvent> {
  const watchers = new Map<number, TextMapper>();
  for await (const event of events) {
    if (event.type === 'block-start')
      watchers.set(event.index, create(placeOf(event.block), formOf(event.block, wantsJson)));
    else if (event.type === 'block-delta') watchers.get(event.index)?.push(event.delta);
    else if (event.type === 'block-end') {
      watchers.get(event.index)?.end();
      watchers.delete(event.index);
    }
    yield event;
  }
}

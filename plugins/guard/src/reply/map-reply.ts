import {
  type Block,
  type ChatEvent,
  type Citation,
  defined,
  mapText,
  type TextMapper,
} from '@dragoman/plugin';
import { mapWhole } from '../masking/mask-text.ts';
import type { Place } from '../options.ts';
import { mapMedia, mapRaw, mapToolResult } from '../request-texts.ts';
import type { Form } from '../texts.ts';
import { formOf, placeOf } from './block-forms.ts';

const SAID: readonly Block['type'][] = ['text', 'refusal', 'reasoning', 'tool-call'];

export interface ReplyMapping {
  /** Makes a mapper for one text. */
  readonly create: (place: Place, form: Form) => TextMapper;
  readonly wantsJson: boolean;
  /** Whether a changed text keeps its signature, because the client's next request changes it back. */
  readonly keepsSignatures: boolean;
}

/** Maps all that a reply says: texts, thoughts and arguments as they stream, and citations and tool results. */
export async function* mapReply(
  events: AsyncIterable<ChatEvent>,
  { create, wantsJson, keepsSignatures }: ReplyMapping,
): AsyncGenerator<ChatEvent> {
  const changed = new WeakSet<Block>();
  const mapped = mapText(
    events,
    (block) => noticing(create(placeOf(block), formOf(block, wantsJson)), () => changed.add(block)),
    { blocks: SAID },
  );
  const mapOne = (text: string, form: Form = 'text'): string => mapWhole(create('reply', form), text);
  const blocks = new Map<number, Block>();
  const signatures = new Map<number, ChatEvent>();
  const isChanged = (index: number): boolean => changed.has(blocks.get(index) ?? ({} as Block));
  for await (const event of mapped) {
    switch (event.type) {
      case 'block-start':
        blocks.set(event.index, event.block);
        yield event;
        break;
      case 'block-opaque':
        // Whether the text is changed is known at its end.
        signatures.set(event.index, event);
        break;
      case 'block-end': {
        const signature = signatures.get(event.index);
        if (signature && (keepsSignatures || !isChanged(event.index))) yield signature;
        yield event;
        break;
      }
      case 'block-citation':
        yield { ...event, citation: mapCitation(event.citation, mapOne, isChanged(event.index)) };
        break;
      case 'block':
        yield mapBlock(event, mapOne);
        break;
      default:
        yield event;
    }
  }
}

type MapOne = (text: string, form?: Form) => string;

function mapBlock(event: Extract<ChatEvent, { type: 'block' }>, map: MapOne): ChatEvent {
  const { part } = event;
  switch (part.type) {
    case 'tool-result':
      return { ...event, part: mapToolResult(part, map) };
    case 'media':
      return { ...event, part: mapMedia(part, map) };
    case 'raw':
      return { ...event, part: mapRaw(part, map) };
  }
}

/** `isMoved`: its place in the text is not known any more. */
function mapCitation(citation: Citation, map: MapOne, isMoved: boolean): Citation {
  const { url, title, text, start, end, extensions } = citation;
  const said = { url: url && map(url), title: title && map(title), text: text && map(text) };
  const isSame = said.url === url && said.title === title && said.text === text;
  if (isSame && !isMoved) return citation;
  // The protocol's own form would say once more what was changed.
  return defined({ ...said, ...(isMoved ? {} : { start, end }), ...(isSame && { extensions }) });
}

/** Tells when a mapper changes something. */
function noticing(mapper: TextMapper, onChange: () => void): TextMapper {
  let taken: string | undefined = '';
  const notice = (given: string): string => {
    if (taken?.startsWith(given)) taken = taken.slice(given.length);
    else if (taken !== undefined) {
      taken = undefined;
      onChange();
    }
    return given;
  };
  return {
    push: (text) => {
      if (taken !== undefined) taken += text;
      return notice(mapper.push(text));
    },
    end: () => notice(mapper.end()),
  };
}

import type {
  AssistantPart,
  Block,
  ChatEvent,
  ChatReply,
  Choice,
  Citation,
  Extensions,
  FinishEvent,
  Opaque,
  Usage,
  WholePart,
} from './chat.ts';
import { GatewayError } from './errors.ts';
import { defined, type JsonValue } from './json.ts';

/** A part while it is put together. */
interface OpenPart {
  readonly choice: number;
  readonly block: Block;
  text: string;
  opaque?: Opaque;
  readonly citations: Citation[];
}

type AnyPart = OpenPart | { readonly choice: number; readonly whole: WholePart };

/** Folds a reply's events into the whole reply, as they arrive. */
export class ReplyFolder {
  readonly #parts = new Map<number, AnyPart>();
  readonly #logprobs = new Map<number, JsonValue[]>();
  #start: Extract<ChatEvent, { type: 'start' }> | undefined;
  #usage: Usage | undefined;
  #finish: FinishEvent | undefined;

  push(event: ChatEvent): void {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#start = event;
        break;
      case 'block-start': {
        const { index, block, choice = 0 } = event;
        this.#parts.set(index, { choice, block, text: '', citations: [] });
        break;
      }
      case 'block':
        this.#parts.set(event.index, { choice: event.choice ?? 0, whole: event.part });
        break;
      case 'block-delta':
      case 'block-opaque':
      case 'block-citation':
      case 'block-logprobs':
        addPiece(this.#parts.get(event.index), event, this.#logprobs);
        break;
      case 'finish':
        this.#finish = event;
        break;
      case 'block-end':
      case 'usage':
      case 'ping':
        break;
    }
  }

  /** The reply. Throws if it has not begun or not ended. */
  reply(): ChatReply {
    const [start, finish] = [this.#start, this.#finish];
    if (!start || !finish) throw new GatewayError('upstream-broken', "The upstream's reply ended early.");
    return defined({
      id: start.id,
      model: start.model,
      created: start.created,
      choices: closeChoices([...this.#parts.values()], this.#logprobs, finish),
      stopSequence: finish.stopSequence,
      usage: this.#usage,
      extensions: merged(start.extensions, finish.extensions),
    });
  }
}

/** Folds a reply's events into the whole reply. Throws when the events end without a finish. */
export async function collect(events: AsyncIterable<ChatEvent>): Promise<ChatReply> {
  const folder = new ReplyFolder();
  for await (const event of events) folder.push(event);
  return folder.reply();
}

/** A choice without a reported end ended like the first one. */
function closeChoices(
  parts: readonly AnyPart[],
  logprobs: ReadonlyMap<number, readonly JsonValue[]>,
  { reason, otherReasons = [] }: FinishEvent,
): Choice[] {
  const reasons = [reason, ...otherReasons];
  const count = parts.reduce((most, part) => Math.max(most, part.choice + 1), reasons.length);
  const byChoice = Map.groupBy(parts, ({ choice }) => choice);
  return Array.from({ length: count }, (_, choice) =>
    defined({
      content: (byChoice.get(choice) ?? []).map(closePart),
      reason: reasons[choice] ?? reason,
      logprobs: logprobs.get(choice),
    }),
  );
}

/** The protocol-specific fields of start and finish; later ones win. */
function merged(first: Extensions | undefined, last: Extensions | undefined): Extensions | undefined {
  if (!first || !last) return last ?? first;
  const bags = Object.entries(last).map(([protocol, bag]) => [protocol, { ...first[protocol], ...bag }]);
  return { ...first, ...Object.fromEntries(bags) };
}

type Piece = Extract<
  ChatEvent,
  { type: 'block-delta' | 'block-opaque' | 'block-citation' | 'block-logprobs' }
>;

function addPiece(part: AnyPart | undefined, event: Piece, logprobs: Map<number, JsonValue[]>): void {
  if (!part || 'whole' in part) return;
  switch (event.type) {
    case 'block-delta':
      part.text += event.delta;
      break;
    case 'block-opaque':
      part.opaque = event.opaque;
      break;
    case 'block-citation':
      part.citations.push(event.citation);
      break;
    case 'block-logprobs': {
      const known = logprobs.get(part.choice) ?? [];
      for (const token of event.logprobs) known.push(token);
      logprobs.set(part.choice, known);
      break;
    }
  }
}

function closePart(part: AnyPart): AssistantPart {
  if ('whole' in part) return part.whole;
  const { block, text, opaque, citations } = part;
  switch (block.type) {
    case 'text':
      return defined({ ...block, text, opaque, citations: citations.length > 0 ? citations : undefined });
    case 'reasoning':
      return defined({ ...block, text, opaque });
    case 'refusal':
      return { ...block, text };
    case 'tool-call':
      return defined({ ...block, arguments: text === '' && block.form === 'json' ? '{}' : text, opaque });
  }
}

/**
 * The events of a whole reply: the inverse of {@link collect}. A choice's log probabilities go with its first text.
 */
export function* unfold(reply: ChatReply): Generator<ChatEvent> {
  const [reason, ...otherReasons] = reply.choices.map((choice) => choice.reason);
  if (!reason) throw new GatewayError('upstream-broken', "The upstream's reply has no choices.");
  yield defined({
    type: 'start' as const,
    id: reply.id,
    model: reply.model,
    created: reply.created,
    extensions: reply.extensions,
  });
  let index = 0;
  for (const [choice, { content, logprobs }] of reply.choices.entries()) {
    const withLogprobs =
      content.find((part) => part.type === 'text' || part.type === 'refusal') ?? content.find(isOpened);
    for (const part of content) {
      yield* unfoldPart(part, { index, choice, logprobs: part === withLogprobs ? logprobs : undefined });
      index += 1;
    }
  }
  yield defined({
    type: 'finish' as const,
    reason,
    otherReasons: otherReasons.length > 0 ? otherReasons : undefined,
    stopSequence: reply.stopSequence,
    usage: reply.usage,
  });
}

interface Place {
  readonly index: number;
  readonly choice: number;
  readonly logprobs: readonly JsonValue[] | undefined;
}

function* unfoldPart(part: AssistantPart, { index, choice, logprobs }: Place): Generator<ChatEvent> {
  const at = choice === 0 ? { index } : { index, choice };
  if (!isOpened(part)) {
    yield { type: 'block', ...at, part };
    return;
  }
  const delta = part.type === 'tool-call' ? part.arguments : part.text;
  yield { type: 'block-start', ...at, block: blockOf(part) };
  if (delta !== '') yield { type: 'block-delta', index, delta };
  if (logprobs) yield { type: 'block-logprobs', index, logprobs };
  if (part.type === 'text') {
    for (const citation of part.citations ?? []) yield { type: 'block-citation', index, citation };
  }
  if ('opaque' in part && part.opaque) yield { type: 'block-opaque', index, opaque: part.opaque };
  yield { type: 'block-end', index };
}

/** Whether a part becomes a block that opens and closes. */
function isOpened(part: AssistantPart): part is Exclude<AssistantPart, WholePart> {
  return part.type !== 'media' && part.type !== 'tool-result' && part.type !== 'raw';
}

function blockOf(part: Exclude<AssistantPart, WholePart>): Block {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type };
    case 'reasoning':
      return { type: 'reasoning', form: part.form };
    case 'tool-call': {
      const { id, name, namespace, form, hosted } = part;
      return defined({ type: 'tool-call' as const, id, name, namespace, form, hosted });
    }
  }
}

import type { ChatEvent, FinishReason, Usage } from './chat.ts';
import { isJsonObject } from './json.ts';
import { readCount } from './usage.ts';

/** More choices than any upstream gives. */
const MAX_CHOICES = 1_024;

const REASONS: Readonly<Record<FinishReason, true>> = {
  stop: true,
  'stop-sequence': true,
  'max-tokens': true,
  'tool-use': true,
  'content-filter': true,
  pause: true,
  'context-window': true,
};

/** Why the values of an event, which may be anything, make it unusable; `undefined` for most. */
export function valueFault(event: unknown): string | undefined {
  if (!isJsonObject(event)) return `${kindOf(event)} instead of an event`;
  const { type } = event as { readonly type: unknown };
  switch (type) {
    case 'block-delta':
      return typeof event['delta'] === 'string'
        ? indexFault(event)
        : `a delta that is ${kindOf(event['delta'])}`;
    case 'block-start':
      return isBlock(event['block']) ? placeFault(event) : 'a block-start without a proper block';
    case 'block':
      return isWholePart(event['part']) ? placeFault(event) : 'a block without a proper part';
    case 'block-opaque':
      return isJsonObject(event['opaque']) ? indexFault(event) : 'a block-opaque without its state';
    case 'block-citation':
      return isJsonObject(event['citation']) ? indexFault(event) : 'a block-citation without a citation';
    case 'block-logprobs':
      return Array.isArray(event['logprobs']) ? indexFault(event) : 'block-logprobs without a list';
    case 'block-end':
      return indexFault(event);
    case 'start':
    case 'usage':
    case 'finish':
    case 'ping':
      return undefined;
    default:
      return `an event of the unknown type ${nameOf(type)}`;
  }
}

/** Repairs an event's values; `undefined` when nothing is left to emit. Reports each fault. */
export function repairValues(event: ChatEvent, onFault: (fault: string) => void): ChatEvent | undefined {
  switch (event.type) {
    case 'start':
      return repairUsage(repairStart(event, onFault), onFault);
    case 'usage': {
      const usage = soundUsage(event.usage, onFault);
      if (!usage) return undefined;
      return usage === event.usage ? event : { ...event, usage };
    }
    case 'finish':
      return repairUsage(repairFinish(event, onFault), onFault);
    default:
      return event;
  }
}

type Of<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>;

function repairStart(event: Of<'start'>, onFault: (fault: string) => void): Of<'start'> {
  const { id, model, created } = event;
  const isSound =
    typeof id === 'string' &&
    typeof model === 'string' &&
    (created === undefined || Number.isFinite(created));
  if (isSound) return event;
  onFault('a start without a proper id, model or time');
  const { created: _, ...rest } = event;
  return {
    ...rest,
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    ...(Number.isFinite(created) && { created: created as number }),
  };
}

function repairFinish(event: Of<'finish'>, onFault: (fault: string) => void): Of<'finish'> {
  const { reason, otherReasons, stopSequence } = event;
  const others: unknown = otherReasons ?? [];
  const isSound =
    isReason(reason) &&
    (otherReasons === undefined || (Array.isArray(others) && others.every(isReason))) &&
    (stopSequence === undefined || typeof stopSequence === 'string');
  if (isSound) return event;
  onFault(isReason(reason) ? 'a finish with wrong fields' : `the unknown finish reason ${nameOf(reason)}`);
  const { otherReasons: _, stopSequence: __, ...rest } = event;
  const known = Array.isArray(others) ? others.slice(0, MAX_CHOICES) : [];
  return {
    ...rest,
    reason: isReason(reason) ? reason : 'stop',
    ...(known.length > 0 && { otherReasons: known.map((one) => (isReason(one) ? one : 'stop')) }),
    ...(typeof stopSequence === 'string' && { stopSequence }),
  };
}

function repairUsage<Event extends Of<'start' | 'finish'>>(
  event: Event,
  onFault: (fault: string) => void,
): Event {
  if (event.usage === undefined) return event;
  const usage = soundUsage(event.usage, onFault);
  if (usage === event.usage) return event;
  const { usage: _, ...rest } = event;
  return (usage ? { ...rest, usage } : rest) as Event;
}

const COUNTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

/** A usage with valid counts only; the same object if it was valid. */
export function soundUsage(usage: Usage, onFault: (fault: string) => void): Usage | undefined {
  if (!isJsonObject(usage)) {
    onFault(`a usage that is ${kindOf(usage)}`);
    return undefined;
  }
  const wrong = [
    ...COUNTS.filter((name) => !isCount(usage, name)),
    ...(isTable(usage.hosted) ? [] : ['hosted']),
  ];
  if (wrong.length === 0) return usage;
  onFault(`a usage whose ${wrong.join(', ')} is not a token count`);
  const input = readCount(usage.input);
  const output = readCount(usage.output);
  if (input === undefined || output === undefined) return undefined;
  const sound: Record<string, unknown> = { ...usage, input, output };
  for (const name of wrong) {
    const count = readCount(sound[name]);
    if (count === undefined) delete sound[name];
    else sound[name] = count;
  }
  return sound as unknown as Usage;
}

function isCount(usage: Usage, name: (typeof COUNTS)[number]): boolean {
  const value: unknown = usage[name];
  if (value === undefined) return name !== 'input' && name !== 'output';
  return readCount(value) === value;
}

function isTable(value: unknown): boolean {
  return (
    value === undefined ||
    (isJsonObject(value) && Object.values(value).every((one) => readCount(one) === one))
  );
}

function isReason(value: unknown): value is FinishReason {
  return typeof value === 'string' && Object.hasOwn(REASONS, value);
}

function isBlock(block: unknown): boolean {
  if (!isJsonObject(block)) return false;
  switch (block['type']) {
    case 'text':
    case 'refusal':
      return true;
    case 'reasoning':
      return typeof block['form'] === 'string';
    case 'tool-call':
      return [block['id'], block['name'], block['form']].every((value) => typeof value === 'string');
    default:
      return false;
  }
}

function isWholePart(part: unknown): boolean {
  if (!isJsonObject(part)) return false;
  switch (part['type']) {
    case 'media':
      return isJsonObject(part['source']);
    case 'tool-result':
      return Array.isArray(part['content']);
    case 'raw':
      return typeof part['protocol'] === 'string';
    default:
      return false;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function placeFault(event: Fields): string | undefined {
  const { choice } = event;
  const isChoice =
    choice === undefined || (Number.isInteger(choice) && Number(choice) >= 0 && Number(choice) < MAX_CHOICES);
  return isChoice ? indexFault(event) : `a choice that is ${kindOf(choice)}`;
}

function indexFault({ index }: Fields): string | undefined {
  return Number.isSafeInteger(index) && Number(index) >= 0 ? undefined : `an index that is ${kindOf(index)}`;
}

/** Describes a value without showing it: it may be long or private. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : `the number ${value}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
}

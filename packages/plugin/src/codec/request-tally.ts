import { GatewayError } from '../canonical/errors.ts';

/** Entries of one list. No model accepts as many messages or tools. */
const MAX_ENTRIES = 10_000;
/** Entries of all lists of a request, so that many long lists cost no more than a few. */
const MAX_TOTAL = 50_000;
const MAX_TOOL_CALLS = 10_000;
/** Fields that no protocol defines. They are copied when a request is decoded, and again when it is encoded. */
const MAX_UNKNOWN_FIELDS = 20_000;

/** Counts the list entries and tool calls of a request while it is decoded, and refuses too many early. */
export class RequestTally {
  #entries = 0;
  #toolCalls = 0;
  #unknownFields = 0;

  /** Counts the entries of a list, before any of them is read. */
  countEntries(count: number, path: string): void {
    if (count > MAX_ENTRIES) throw tooMany(path, `must not have more than ${say(MAX_ENTRIES)} entries`);
    this.#entries += count;
    if (this.#entries > MAX_TOTAL)
      throw tooMany(path, `exceeds the limit of ${say(MAX_TOTAL)} list entries per request`);
  }

  /** Counts the fields of an object that its protocol does not define. */
  countUnknownFields(count: number, path: string): void {
    this.#unknownFields += count;
    if (this.#unknownFields > MAX_UNKNOWN_FIELDS)
      throw tooMany(path, `exceeds the limit of ${say(MAX_UNKNOWN_FIELDS)} unknown fields per request`);
  }

  /** Counts one tool call of the history. */
  countToolCall(path: string): void {
    this.#toolCalls += 1;
    if (this.#toolCalls > MAX_TOOL_CALLS)
      throw tooMany(path, `exceeds the limit of ${say(MAX_TOOL_CALLS)} tool calls per request`);
  }
}

function tooMany(path: string, rule: string): GatewayError {
  return new GatewayError('invalid', `${path} ${rule}.`, { field: path, code: 'array_above_max_length' });
}

function say(count: number): string {
  return count.toLocaleString('en');
}

import { hash } from 'node:crypto';
import {
  defined,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Log,
} from '@dragoman/plugin';
import { UnreadableFileError } from '../state/files/unreadable.ts';
import type { RecordName } from './record-index.ts';
import type { Records } from './records.ts';

/** A client's messages and the reply, in the terms of its protocol. */
export interface Turn {
  readonly id: string;
  /** The previous turn. */
  readonly previousId?: string;
  readonly input: readonly JsonValue[];
  readonly output: readonly JsonValue[];
  /** Fields of the request that apply to all later turns. */
  readonly fields?: JsonObject;
  /** The whole reply, for clients that read it again. */
  readonly reply: JsonObject;
}

export type Hold = (bytes: number) => void;

/** Kept conversations. `owner` is the client's key: nobody else can find them. */
export interface Conversations {
  /** `hold` is called with the bytes that will be read, and throws if that is too much. */
  find(owner: string, id: string, hold?: Hold): Promise<Turn | undefined>;
  /**
   * All turns up to and including one, first one first; `undefined` if some are no longer stored. Throws a `GatewayError`
   * of kind `too-large` if they exceed what one request may load.
   */
  turnsTo(owner: string, id: string, hold?: Hold): Promise<readonly Turn[] | undefined>;
  /** The stored ones of these turns. Throws like {@link Conversations.turnsTo}. */
  findAll(owner: string, ids: readonly string[], hold?: Hold): Promise<readonly Turn[]>;
  keep(owner: string, turn: Turn): Promise<void>;
  /** Returns whether there was one. */
  remove(owner: string, id: string): Promise<boolean>;
  /** The last turn of a thread. */
  lastOf(owner: string, thread: string): Promise<string | undefined>;
  setLast(owner: string, thread: string, id: string): Promise<void>;
}

/** No model accepts a longer conversation. */
const MAX_TURNS = 1000;

/** `maxHistoryBytes`: how much history one request may load. */
export function createConversations(
  records: Records,
  maxHistoryBytes: number,
  log: Pick<Log, 'error'>,
): Conversations {
  const read = async (name: RecordName): Promise<JsonObject | undefined> => {
    try {
      return await records.get(name);
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      log.error({ file: error.file, problems: error.problems }, 'A stored conversation cannot be read.');
      throw unreadable(error);
    }
  };
  const bounded = (hold: Hold | undefined): Hold => {
    let bytes = 0;
    return (more) => {
      bytes += more;
      if (bytes > maxHistoryBytes) throw tooLong(maxHistoryBytes);
      hold?.(more);
    };
  };
  const find: Conversations['find'] = async (owner, id, hold) => {
    const name = nameOf('turn', owner, id);
    hold?.(records.sizeOf(name) ?? 0);
    return readTurn(id, await read(name));
  };
  return {
    find,
    async turnsTo(owner, id, hold) {
      const turns: Turn[] = [];
      const holdPart = bounded(hold);
      for (let next: string | undefined = id; next !== undefined;) {
        const turn: Turn | undefined = await find(owner, next, holdPart);
        if (!turn || turns.length >= MAX_TURNS) return undefined;
        turns.push(turn);
        next = turn.previousId;
      }
      return turns.toReversed();
    },
    async findAll(owner, ids, hold) {
      const holdPart = bounded(hold);
      const turns: Turn[] = [];
      for (const id of ids.slice(0, MAX_TURNS)) {
        const turn = await find(owner, id, holdPart);
        if (turn) turns.push(turn);
      }
      return turns;
    },
    keep: (owner, turn) => records.put(nameOf('turn', owner, turn.id), { ...turn }),
    remove: (owner, id) => records.remove(nameOf('turn', owner, id)),
    async lastOf(owner, thread) {
      const last = (await read(nameOf('thread', owner, thread)))?.['last'];
      return typeof last === 'string' ? last : undefined;
    },
    setLast: (owner, thread, id) => records.put(nameOf('thread', owner, thread), { last: id }),
  };
}

/** The messages of consecutive turns. */
export function saidIn(turns: readonly Turn[]): readonly JsonValue[] {
  return turns.flatMap(({ input, output }) => [...input, ...output]);
}

/** The fields that turns pass on to later turns; later ones win. */
export function fieldsOf(turns: readonly Turn[]): JsonObject {
  return Object.assign({}, ...turns.map(({ fields }) => fields ?? {})) as JsonObject;
}

/** Clients choose ids, so they cannot serve as file names. */
function nameOf(kind: 'turn' | 'thread', owner: string, id: string): RecordName {
  return { owner: digest(['owner', owner]), name: digest([kind, owner, id]) };
}

function digest(parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts));
}

function unreadable(cause: unknown): GatewayError {
  return new GatewayError('internal', "The stored conversation cannot be read. See the gateway's log.", {
    code: 'conversation_unreadable',
    cause,
  });
}

function tooLong(limit: number): GatewayError {
  return new GatewayError(
    'too-large',
    `The history of this conversation is larger than the limit of ${limit} bytes (server.bodyLimit).`,
    { code: 'conversation_too_large' },
  );
}

function readTurn(id: string, record: JsonObject | undefined): Turn | undefined {
  if (!record) return undefined;
  const { previousId, input, output, fields, reply } = record;
  if (!Array.isArray(input) || !Array.isArray(output) || !isJsonObject(reply)) return undefined;
  return defined({
    id,
    previousId: typeof previousId === 'string' ? previousId : undefined,
    input: input as readonly JsonValue[],
    output: output as readonly JsonValue[],
    fields: isJsonObject(fields) ? fields : undefined,
    reply,
  });
}

import { createHash } from 'node:crypto';
import { defined, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { Records } from './records.ts';

/** What a client said and what it was answered, in the words of its protocol. */
export interface Turn {
  readonly id: string;
  /** The turn that it goes on from. */
  readonly previousId?: string;
  readonly input: readonly JsonValue[];
  readonly output: readonly JsonValue[];
  /** The whole reply, for clients that ask for it again. */
  readonly reply: JsonObject;
}

/** Conversations that the gateway keeps. `owner` is the client's key: nobody else finds them. */
export interface Conversations {
  find(owner: string, id: string): Promise<Turn | undefined>;
  /** All that was said up to and with a turn; `undefined` when some of it is not known any more. */
  history(owner: string, id: string): Promise<readonly JsonValue[] | undefined>;
  keep(owner: string, turn: Turn): Promise<void>;
  /** Whether there was one. */
  remove(owner: string, id: string): Promise<boolean>;
  /** The last turn of a thread. */
  lastOf(owner: string, thread: string): Promise<string | undefined>;
  setLast(owner: string, thread: string, id: string): Promise<void>;
}

/** A longer conversation fits no model. */
const MAX_TURNS = 1000;

export function createConversations(records: Records): Conversations {
  const find = async (owner: string, id: string): Promise<Turn | undefined> =>
    readTurn(id, await records.get(nameOf('turn', owner, id)));
  return {
    find,
    async history(owner, id) {
      const turns: Turn[] = [];
      for (let next: string | undefined = id; next !== undefined;) {
        const turn: Turn | undefined = await find(owner, next);
        if (!turn || turns.length >= MAX_TURNS) return undefined;
        turns.push(turn);
        next = turn.previousId;
      }
      return turns.toReversed().flatMap(({ input, output }) => [...input, ...output]);
    },
    keep: (owner, turn) => records.put(nameOf('turn', owner, turn.id), { ...turn }),
    remove: (owner, id) => records.remove(nameOf('turn', owner, id)),
    async lastOf(owner, thread) {
      const last = (await records.get(nameOf('thread', owner, thread)))?.['last'];
      return typeof last === 'string' ? last : undefined;
    },
    setLast: (owner, thread, id) => records.put(nameOf('thread', owner, thread), { last: id }),
  };
}

/** Ids come from clients, so they cannot be names of files. */
function nameOf(kind: 'turn' | 'thread', owner: string, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, owner, id]))
    .digest('hex');
}

function readTurn(id: string, record: JsonObject | undefined): Turn | undefined {
  if (!record) return undefined;
  const { previousId, input, output, reply } = record;
  if (!Array.isArray(input) || !Array.isArray(output) || !isJsonObject(reply)) return undefined;
  return defined({
    id,
    previousId: typeof previousId === 'string' ? previousId : undefined,
    input: input as readonly JsonValue[],
    output: output as readonly JsonValue[],
    reply,
  });
}

import type { Dice } from '../dice.ts';
import type { Mutation } from '../draft.ts';
import { evilHistory, HISTORY_FIELDS } from '../evil/histories.ts';
import { evilAddress } from '../evil/media.ts';
import { evilSchema } from '../evil/schemas.ts';
import { evilText, evilValue, KEYS, NUMBERS } from '../evil/values.ts';
import { type Place, placesNamed, placesOf, put, remove, type Tree } from '../json-tree.ts';

type Edit = (root: Tree, dice: Dice) => void;

/** A mutation that works on a copy of the JSON body, where there is one. */
function edit(name: string, weight: number, change: Edit): Mutation {
  return {
    name,
    stage: 'json',
    weight,
    apply(draft, dice) {
      if (!draft.body || !('json' in draft.body)) return draft;
      const json = structuredClone(draft.body.json);
      change(json, dice);
      return { ...draft, body: { json } };
    },
  };
}

/** Changes one place of the body, if there is one that suits. */
function at(name: string, weight: number, change: (place: Place, dice: Dice) => void, suits = any): Mutation {
  return edit(name, weight, (root, dice) => {
    const places = placesOf(root).filter(suits);
    if (places.length > 0) change(dice.pick(places), dice);
  });
}

const any = (_: Place): boolean => true;
const isIn = (list: readonly string[]) => {
  const names = new Set(list);
  return ({ key }: Place): boolean => names.has(key);
};

const SCHEMA_FIELDS = [
  'parameters',
  'input_schema',
  'schema',
  'parametersJsonSchema',
  'responseJsonSchema',
  'responseSchema',
];
const ADDRESS_FIELDS = ['url', 'data', 'image_url', 'file_data', 'file_url', 'fileUri', 'baseUrl'];
const NAME_FIELDS = ['model', 'name', 'id', 'call_id', 'tool_call_id', 'tool_use_id', 'user', 'role', 'type'];
const STOP_FIELDS = ['stop', 'stop_sequences', 'stopSequences'];

function evilStops(dice: Dice): Tree {
  return dice.pick<() => Tree>([
    () => [],
    () => [''],
    () => dice.list(2_000, (nth) => `stop ${nth}`),
    () => ['a'.repeat(64 * 1024)],
    () => dice.list(5, () => evilText(dice)),
    () => evilValue(dice),
  ])();
}

/** Changes of what the body says. */
export const JSON_MUTATIONS: readonly Mutation[] = [
  at('leave a field out', 4, remove),
  at('another value', 6, (place, dice) => put(place, evilValue(dice))),
  at(
    'another text',
    5,
    (place, dice) => put(place, evilText(dice)),
    ({ value }) => typeof value === 'string',
  ),
  at(
    'another number',
    5,
    (place, dice) => put(place, dice.pick(NUMBERS)),
    ({ value }) => typeof value === 'number',
  ),
  at('another name', 4, (place, dice) => put(place, evilText(dice)), isIn(NAME_FIELDS)),
  at('a list around a value', 2, (place) => put(place, [place.value])),
  at('an object around a value', 2, (place, dice) => put(place, { [dice.pick(KEYS)]: place.value })),
  at('an entry many times', 2, ({ parent, value }, dice) => {
    if (Array.isArray(parent))
      parent.push(...dice.list(dice.pick([1, 10, 300]), () => structuredClone(value)));
  }),
  at('entries in reverse', 1, ({ value }) => {
    if (Array.isArray(value)) value.reverse();
  }),
  at('a field under another name', 3, (place, dice) => {
    if (Array.isArray(place.parent)) return;
    remove(place);
    put({ parent: place.parent, key: dice.pick(KEYS) }, place.value);
  }),
  at('one more field', 4, ({ parent }, dice) => {
    if (!Array.isArray(parent)) put({ parent, key: dice.pick(KEYS) }, evilValue(dice));
  }),
  edit('values change places', 2, (root, dice) => {
    const places = placesOf(root);
    if (places.length < 2) return;
    const [one, two] = [dice.pick(places), dice.pick(places)];
    put(one, structuredClone(two.value));
  }),
  at('a hostile schema', 5, (place, dice) => put(place, evilSchema(dice)), isIn(SCHEMA_FIELDS)),
  at('a hostile address', 3, (place, dice) => put(place, evilAddress(dice)), isIn(ADDRESS_FIELDS)),
  at('hostile stops', 2, (place, dice) => put(place, evilStops(dice)), isIn(STOP_FIELDS)),
  edit('a hostile history', 4, (root, dice) => {
    const [place] = placesNamed(root, HISTORY_FIELDS);
    if (place) put(place, evilHistory(place.key, dice));
  }),
  edit('limits that reach arithmetic', 3, (root, dice) => {
    if (typeof root !== 'object' || root === null || Array.isArray(root)) return;
    const field = dice.pick([
      'max_tokens',
      'max_completion_tokens',
      'max_output_tokens',
      'n',
      'dimensions',
      'seed',
      'top_k',
      'top_logprobs',
      'max_tool_calls',
    ]);
    put({ parent: root, key: field }, dice.pick(NUMBERS));
  }),
  edit('more than one model', 2, (root, dice) => {
    if (typeof root !== 'object' || root === null || Array.isArray(root)) return;
    put({ parent: root, key: dice.pick(['models', 'fallbacks', 'route', 'engine']) }, ['alias-good', 'echo']);
  }),
];

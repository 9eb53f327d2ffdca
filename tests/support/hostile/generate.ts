import { Dice } from './dice.ts';
import { type Draft, type Mutation } from './draft.ts';
import { BYTE_MUTATIONS } from './mutate/bytes.ts';
import { HEAD_MUTATIONS } from './mutate/head.ts';
import { JSON_MUTATIONS } from './mutate/json.ts';
import { WIRE_MUTATIONS } from './mutate/wire.ts';
import type { Surface } from './surface.ts';
import { admin } from './valid/admin.ts';
import * as anthropic from './valid/anthropic.ts';
import * as gemini from './valid/gemini.ts';
import { lists, pages } from './valid/lists.ts';
import * as openai from './valid/openai.ts';
import { relay } from './valid/relays.ts';

type Maker = (dice: Dice, surface: Surface) => Draft;

/** All that can be asked, and how often beside the rest. */
export const MAKERS: readonly (readonly [weight: number, make: Maker])[] = [
  [6, openai.chat],
  [2, openai.completions],
  [2, openai.embeddings],
  [6, openai.responses],
  [2, openai.inputTokens],
  [6, anthropic.messagesRequest],
  [2, anthropic.countTokens],
  [6, gemini.generate],
  [2, gemini.countTokens],
  [2, gemini.embed],
  [4, relay],
  [3, lists],
  [8, admin],
  [2, pages],
];

/** A mutation that was chosen; its seed is its own, so that it does the same whatever else is left out. */
export interface Chosen {
  readonly mutation: Mutation;
  readonly seed: string;
}

/** One request of a run, by its number. */
export interface HostileRequest {
  readonly seed: string;
  readonly number: number;
  readonly base: Draft;
  readonly chosen: readonly Chosen[];
}

/** A share of the requests stays valid: they show that the gateway still works for others. */
const VALID_SHARE = 0.05;

const STAGES: readonly (readonly [stage: Mutation['stage'], probability: number])[] = [
  ['json', 0.75],
  ['bytes', 0.2],
  ['head', 0.3],
  ['wire', 0.12],
];

const ALL = [...JSON_MUTATIONS, ...BYTE_MUTATIONS, ...HEAD_MUTATIONS, ...WIRE_MUTATIONS];

/** Makes the request number `number` of a seed; it needs none of those before it. */
export function generate(seed: string, number: number, surface: Surface): HostileRequest {
  const dice = new Dice(`${seed}/${number}`);
  const base = dice.pickWeighted(MAKERS)(dice, surface);
  const isValid = dice.chance(VALID_SHARE);
  const chosen = isValid ? [] : STAGES.flatMap(([stage, probability]) => choose(stage, probability, dice));
  return {
    ...{ seed, number, base },
    chosen: chosen.map((mutation, at) => ({ mutation, seed: `${seed}/${number}/${at}` })),
  };
}

function choose(stage: Mutation['stage'], probability: number, dice: Dice): readonly Mutation[] {
  const list = ALL.filter((mutation) => mutation.stage === stage);
  const picked: Mutation[] = [];
  for (let left = 3; left > 0 && dice.chance(probability); left -= 1) {
    picked.push(dice.pickWeighted(list.map((mutation) => [mutation.weight ?? 1, mutation])));
  }
  return picked;
}

/** Applies the chosen mutations, stage by stage. */
export function build({ base, chosen }: Pick<HostileRequest, 'base' | 'chosen'>): Draft {
  return chosen.reduce((draft, { mutation, seed }) => mutation.apply(draft, new Dice(seed)), base);
}

import { type Draft, messageOf } from '../support/hostile/draft.ts';
import { build, generate, type HostileRequest } from '../support/hostile/generate.ts';
import { judge } from './judge.ts';
import { send } from './send.ts';
import type { World } from './world.ts';

/** Names a request: the same seed and number make the same one, in every world. */
export interface Case {
  readonly seed: string;
  readonly number: number;
  /** Which of its mutations are applied, by place. Default: all. */
  readonly kept?: readonly number[];
}

export interface Attempt {
  readonly request: HostileRequest;
  readonly draft: Draft;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly faults: readonly string[];
}

export function requestOf({ seed, number, kept }: Case, { surface }: Pick<World, 'surface'>): HostileRequest {
  const request = generate(seed, number, surface);
  return kept ? { ...request, chosen: request.chosen.filter((_, at) => kept.includes(at)) } : request;
}

/** Sends one request and judges what came of it. */
export async function attempt(which: Case, world: World): Promise<Attempt> {
  const request = requestOf(which, world);
  const draft = build(request);
  const outcome = await send({ port: world.port, draft });
  const isPlain = request.chosen.every(({ mutation }) => ['json', 'bytes'].includes(mutation.stage));
  const faults = [
    ...judge({ base: request.base, draft, isPlain, outcome }, world),
    ...world.mocks.takeFaults().map((text) => `smuggled: ${text}`),
  ];
  return { request, draft, status: outcome.responses[0]?.status ?? 0, faults };
}

/** The beginning of what was sent, as one line of JSON; a replay sends all of it. */
export function shown(draft: Draft): string {
  return JSON.stringify(messageOf(draft).toString('latin1', 0, 900));
}
